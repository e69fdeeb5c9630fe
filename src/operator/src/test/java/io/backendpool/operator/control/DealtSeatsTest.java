package io.backendpool.operator.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.control.Seat;
import io.backendpool.control.SeatCodec;
import io.backendpool.control.v1.Hello;
import io.backendpool.operator.certificates.CertificateAuthority;
import io.backendpool.operator.certificates.CertificatePolicy;
import io.backendpool.operator.certificates.DirectoryCertificateStore;
import io.backendpool.operator.logs.PoolLines;
import io.backendpool.pool.LoadBalancing.Locality.Mode;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Seats over the control channel: the server against scripted proxies, over TLS on a real socket. */
@ExtendWith(PoolLines.class)
class DealtSeatsTest {
    private static final PoolId WEB = new PoolId("shop", "web");
    private static final PoolSnapshot SUBSETS = Subsets.pool(40, 10, Mode.OFF);

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    Path directory;

    @SuppressWarnings("NullAway.Init") // by setUp
    private CertificateAuthority authority;

    @SuppressWarnings("NullAway.Init") // by start
    private ControlServer server;

    private final FakeClock clock = new FakeClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void setUp() throws Exception {
        authority = CertificateAuthority.open(
                new DirectoryCertificateStore(directory.resolve("certificates")),
                CertificatePolicy.forThisHost(),
                Clock.systemUTC());
    }

    @AfterEach
    void tearDown() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    @Test
    void proxies_getDistinctSeats_andAreDealtAnew_whenOneLeavesAndMoreCome() throws Exception {
        start(new SeatTimes(Duration.ofMillis(50), Duration.ofMillis(100)), Clock.systemUTC());
        server.publish(SUBSETS);
        ScriptedProxy first = connect("web-0", null, "");
        ScriptedProxy second = connect("web-1", null, "");
        ScriptedProxy third = connect("web-2", null, "");
        awaitSeats(first, second, third);

        second.goodbye();
        awaitSeats(first, third);
        // One whose connection is lost is missed as long as it may come back, then no more.
        first.close();
        awaitSeats(third);

        awaitSeats(third, connect("web-3", null, ""), connect("web-4", null, ""));
    }

    @Test
    void shortReconnect_changesNoSeat() throws Exception {
        List<ScriptedProxy> proxies = dealt("web-0", "web-1", "web-2");
        ScriptedProxy middle = proxies.get(1);
        Seat had = last(middle);
        middle.close();
        await().until(() -> server.proxies(WEB).size() == 2);
        clock.advance(Duration.ofSeconds(5));
        // It has forgotten its seat, as a process that was killed without a disk: it is told.
        ScriptedProxy again = connect("web-1", null, "");
        await().until(() -> !again.seats().isEmpty());
        assertThat(again.seats()).containsExactly(had);
        assertThat(proxies.getFirst().seats()).hasSize(1);
        assertThat(proxies.getLast().seats()).hasSize(1);
    }

    @Test
    void proxyThatSaidGoodbye_isFollowedByTheOneThatReplacesIt() throws Exception {
        List<ScriptedProxy> proxies = dealt("old-0", "old-1");
        ScriptedProxy newcomer = connect("new-0", null, "");
        newcomer.whole(0);
        assertThat(newcomer.seats()).isEmpty();
        Seat left = last(proxies.getFirst());
        proxies.getFirst().goodbye();
        await().until(() -> !newcomer.seats().isEmpty());
        assertThat(newcomer.seats()).containsExactly(left);
        assertThat(proxies.getLast().seats()).hasSize(1);
    }

    @Test
    void restartedOperator_leavesAllSeatsAsTheyAre() throws Exception {
        List<ScriptedProxy> proxies = dealt("web-0", "web-1", "web-2");
        Seat first = last(proxies.get(0));
        Seat third = last(proxies.get(2));
        server.close();
        start(SeatTimes.USUAL, clock);
        // One is back before the operator has read the pool, one after, one not at all.
        ScriptedProxy early = connect("web-2", third, "");
        await().until(() -> server.proxies(WEB).size() == 1);
        server.publish(SUBSETS);
        early.whole(0);
        ScriptedProxy late = connect("web-0", first, "");
        late.whole(0);
        clock.advance(Duration.ofSeconds(30));
        ScriptedProxy newcomer = connect("web-9", null, "");
        await().until(() -> !newcomer.seats().isEmpty());
        assertThat(newcomer.seats()).containsExactly(new Seat(missing(first, third), 3));
        assertThat(early.seats()).isEmpty();
        assertThat(late.seats()).isEmpty();
    }

    @Test
    void poolWithoutSubsets_dealsNone_untilItHasThem() throws Exception {
        start(SeatTimes.USUAL, clock);
        server.publish(Subsets.pool(40, 0, Mode.OFF));
        ScriptedProxy proxy = connect("web-0", null, "");
        proxy.ack(proxy.whole(0).revision());
        await().until(() -> server.proxies(WEB).getFirst().acked() != null);
        clock.advance(Duration.ofHours(1));
        ScriptedProxy other = connect("web-1", null, "");
        other.ack(other.whole(0).revision());
        assertThat(proxy.heard).hasSize(1);

        server.publish(SUBSETS);
        clock.advance(Duration.ofSeconds(10));
        awaitSeats(proxy, other, connect("web-2", null, ""));
    }

    @Test
    void proxiesThatPreferTheirZone_haveSeatsByZone() throws Exception {
        start(SeatTimes.USUAL, clock);
        server.publish(Subsets.pool(40, 10, Mode.PREFER));
        ScriptedProxy one = connect("web-0", null, "eu-1a");
        ScriptedProxy two = connect("web-1", null, "eu-1b");
        ScriptedProxy three = connect("web-2", null, "eu-1a");
        await().until(() -> server.proxies(WEB).size() == 3);
        clock.advance(Duration.ofSeconds(10));
        ScriptedProxy four = connect("web-3", null, "eu-1b");
        awaitSeats(one, three);
        awaitSeats(two, four);
    }

    @Test
    void seatThatCannotBe_orOfMoreProxiesThanThereMayBe_isNotBelieved() throws Exception {
        start(SeatTimes.USUAL, clock);
        server.publish(SUBSETS);
        ScriptedProxy absurd = proxy().hello(hello("web-0", "")
                .setSeat(io.backendpool.control.v1.Seat.newBuilder().setIndex(9).setCount(9)));
        ScriptedProxy many = connect("web-1", new Seat(0, 90_000), "");
        await().until(() -> server.proxies(WEB).size() == 2);
        clock.advance(Duration.ofSeconds(10));
        awaitSeats(absurd, many, connect("web-2", null, ""));
    }

    /** Proxies of these names, which have all been dealt their first seat, by a clock that stands. */
    private List<ScriptedProxy> dealt(String... names) throws Exception {
        start(SeatTimes.USUAL, clock);
        server.publish(SUBSETS);
        List<ScriptedProxy> proxies = new ArrayList<>();
        for (String name : names) {
            if (proxies.size() == names.length - 1) {
                // All but the last are here: its coming is when the first seats are due.
                await().until(() -> server.proxies(WEB).size() == names.length - 1);
                clock.advance(Duration.ofSeconds(10));
            }
            proxies.add(connect(name, null, ""));
        }
        awaitSeats(proxies.toArray(ScriptedProxy[]::new));
        return proxies;
    }

    /** Waits until these have all seats of so many among them. */
    private static void awaitSeats(ScriptedProxy... proxies) {
        await().untilAsserted(() -> {
            Set<Seat> expected = new HashSet<>();
            Set<Seat> found = new HashSet<>();
            for (int i = 0; i < proxies.length; i++) {
                expected.add(new Seat(i, proxies.length));
                found.add(last(proxies[i]));
            }
            assertThat(found).isEqualTo(expected);
        });
    }

    private static Seat last(ScriptedProxy proxy) throws Exception {
        List<Seat> seats = proxy.seats();
        assertThat(seats).isNotEmpty();
        return seats.getLast();
    }

    private static int missing(Seat one, Seat other) {
        return 3 - one.index() - other.index();
    }

    private ScriptedProxy connect(String name, @Nullable Seat had, String zone) throws Exception {
        Hello.Builder hello = hello(name, zone);
        if (had != null) {
            hello.setSeat(SeatCodec.encode(had));
        }
        return proxy().hello(hello);
    }

    private static Hello.Builder hello(String name, String zone) {
        return Hello.newBuilder().setPool(WEB.toString()).setProxy(name).setZone(zone);
    }

    private ScriptedProxy proxy() throws Exception {
        ScriptedProxy proxy = new ScriptedProxy(server.port(), authority.trustBundle(), "token");
        open.add(proxy);
        return proxy;
    }

    private void start(SeatTimes times, Clock clock) throws Exception {
        ControlServerConfig usual = ControlServerConfig.on("127.0.0.1", 0);
        server = ControlServer.start(
                new ControlServerConfig(
                        "127.0.0.1",
                        0,
                        usual.helloTimeout(),
                        Duration.ofMinutes(5),
                        usual.keepaliveInterval(),
                        usual.keepaliveTimeout(),
                        usual.maxMessageBytes(),
                        usual.maxProxiesPerPool(),
                        times),
                authority,
                token -> WEB,
                new InMemoryRevisionStore(),
                clock);
        open.add(server);
    }
}
