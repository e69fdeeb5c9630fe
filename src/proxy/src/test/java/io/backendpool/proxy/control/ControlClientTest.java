package io.backendpool.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.UnknownFieldSet;
import io.backendpool.control.BackendStatus;
import io.backendpool.control.LastKnownGood;
import io.backendpool.control.ProxyStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.Seat;
import io.backendpool.control.SeatCodec;
import io.backendpool.control.SnapshotCodec;
import io.backendpool.control.SnapshotDigest;
import io.backendpool.control.Traffic;
import io.backendpool.control.v1.OperatorMessage;
import io.backendpool.control.v1.ProxyMessage;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client against a scripted operator, over TLS on a real socket. */
class ControlClientTest {
    private static final PoolId WEB = new PoolId("shop", "web");
    private static final Instant FAR = Instant.parse("2049-01-01T00:00:00Z");
    private static final PublishedPool ONE = pool(WEB, 1, 1);
    private static final PublishedPool TWO = pool(WEB, 2, 1, 2);
    private static final PublishedPool THREE = pool(WEB, 3, 1, 2, 3);

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    Path directory;

    @SuppressWarnings("NullAway.Init") // by setUp
    private TestCertificate authority;

    @SuppressWarnings("NullAway.Init") // by setUp
    private ScriptedOperator operator;

    @SuppressWarnings("NullAway.Init") // by start
    private ControlClient client;

    private final RecordingDataPlane dataPlane = new RecordingDataPlane();
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void setUp() throws Exception {
        authority = TestCertificate.authority(FAR);
        Files.writeString(bundle(), authority.pem());
        Files.writeString(token(), "first-token\n");
        operator = operator(0);
    }

    @AfterEach
    void tearDown() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    @Test
    void whole_isApplied_acked_andKeptOnDisk() throws Exception {
        start();
        operator.whole(ONE);
        operator.hears(ack(ONE));
        assertThat(dataPlane.taken).containsExactly(new RecordingDataPlane.Taken(ONE, false));
        assertThat(client.state().applied()).isEqualTo(ONE.revision());
        assertThat(client.state().connected()).isTrue();
        assertThat(client.state().stale()).isFalse();
        assertThat(LastKnownGood.read(lastKnownGood(), WEB)).isEqualTo(new LastKnownGood.Found(ONE));
        ProxyMessage hello = operator.heard.getFirst();
        assertThat(hello.getHello().getPool()).isEqualTo("shop/web");
        assertThat(hello.getHello().hasApplied()).isFalse();
        assertThat(operator.tokens).containsExactly("Bearer first-token");
    }

    @Test
    void delta_isAppliedToWhatIsLive() throws Exception {
        start();
        operator.whole(ONE).delta(ONE, TWO);
        operator.hears(ack(TWO));
        assertThat(dataPlane.taken.getLast().pool()).isEqualTo(TWO);
    }

    @Test
    void lostDelta_asksForTheWhole_andGuessesNothing() throws Exception {
        start();
        operator.whole(ONE).delta(TWO, THREE);
        operator.hears(ProxyMessage::hasWholeWanted);
        assertThat(dataPlane.taken).hasSize(1);
        operator.whole(THREE);
        operator.hears(ack(THREE));
    }

    @Test
    void deltaThatLeadsToAnotherDigest_asksForTheWhole() throws Exception {
        start();
        // Says it starts from ONE, but leaves a backend out.
        operator.whole(ONE).delta(TWO, THREE, ONE.revision());
        assertThat(operator.hears(ProxyMessage::hasWholeWanted).getWholeWanted().getReason())
                .startsWith("delta leads to sha256:");
        assertThat(dataPlane.taken).hasSize(1);
    }

    @Test
    void wholeWithAWrongDigest_isRefused() throws Exception {
        start();
        operator.whole(ONE).whole(new PublishedPool(TWO.revision(), THREE.snapshot()));
        assertThat(operator.hears(nack(TWO)).getNack().getReason()).startsWith("revision 2 digest: sha256:");
        assertThat(client.state().applied()).isEqualTo(ONE.revision());
    }

    @Test
    void refusedPool_isNacked_andTheLastGoodStays() throws Exception {
        start();
        operator.whole(ONE);
        operator.hears(ack(ONE));
        dataPlane.refusal = "listener http: port 8080 is in use";
        operator.delta(ONE, TWO);
        assertThat(operator.hears(nack(TWO)).getNack().getReason()).isEqualTo("listener http: port 8080 is in use");
        dataPlane.refusal = null;
        // The next delta starts from the last good one.
        operator.delta(ONE, THREE);
        operator.hears(ack(THREE));
        assertThat(LastKnownGood.read(lastKnownGood(), WEB)).isEqualTo(new LastKnownGood.Found(THREE));
    }

    @Test
    void brokenDataPlane_isNacked_andTheNextIsTried() throws Exception {
        start();
        dataPlane.broken = true;
        operator.whole(ONE);
        assertThat(operator.hears(nack(ONE)).getNack().getReason()).startsWith("internal error: ");
        dataPlane.broken = false;
        operator.whole(TWO);
        operator.hears(ack(TWO));
    }

    @Test
    void poolOfANewerVersion_isRefusedInASentence() throws Exception {
        start();
        OperatorMessage.Builder message = OperatorMessage.newBuilder();
        message.setSnapshot(SnapshotCodec.encode(ONE))
                .getSnapshotBuilder()
                .getPoolBuilder()
                .setUnknownFields(unknownField(99));
        operator.say(message);
        assertThat(operator.hears(nack(ONE)).getNack().getReason())
                .isEqualTo("Snapshot.pool: field 99 (expected: fields of this version): "
                        + "uses a field this version does not know");
    }

    @Test
    void otherPool_isRefused() throws Exception {
        start();
        PublishedPool other = pool(new PoolId("shop", "api"), 4, 1);
        operator.whole(other);
        assertThat(operator.hears(nack(other)).getNack().getReason()).isEqualTo("pool: shop/api (expected: shop/web)");
    }

    @Test
    void lowerNumber_isRefused() throws Exception {
        start();
        operator.whole(TWO).whole(ONE);
        assertThat(operator.hears(nack(ONE)).getNack().getReason())
                .isEqualTo("revision: 1 (expected: above 2, which is live)");
    }

    @Test
    void killedOperator_isDialedAgain_withWhatIsLive() throws Exception {
        start();
        operator.whole(TWO);
        operator.hears(ack(TWO));
        int port = operator.port();
        operator.close();
        await().until(() -> !client.state().connected());
        assertThat(client.state().error()).startsWith("operator 127.0.0.1 port " + port);
        Files.writeString(token(), "second-token");
        operator = operator(port);
        ProxyMessage hello = operator.hears(ProxyMessage::hasHello);
        assertThat(hello.getHello().getApplied()).isEqualTo(SnapshotCodec.encode(TWO.revision()));
        assertThat(operator.tokens.getLast()).isEqualTo("Bearer second-token");
        operator.delta(TWO, THREE);
        operator.hears(ack(THREE));
        assertThat(dataPlane.taken).hasSize(2);
    }

    @Test
    void startedWithoutOperator_servesTheLastKnownGoodAsStale_untilItIsConfirmed() throws Exception {
        save(lastKnownGood(), TWO);
        int port = operator.port();
        operator.close();
        start(port);
        await().until(() -> TWO.revision().equals(client.state().applied()));
        assertThat(dataPlane.taken).containsExactly(new RecordingDataPlane.Taken(TWO, true));
        assertThat(client.state().stale()).isTrue();
        operator = operator(port);
        assertThat(operator.hears(ProxyMessage::hasHello)
                        .getHello()
                        .getApplied()
                        .getNumber())
                .isEqualTo(2);
        operator.delta(TWO, TWO);
        operator.hears(ack(TWO));
        assertThat(client.state().stale()).isFalse();
        assertThat(dataPlane.taken).hasSize(1);
    }

    @Test
    void lastKnownGood_isLiveBeforeTheOperatorIsAsked() throws Exception {
        save(lastKnownGood(), TWO);
        start();
        assertThat(operator.hears(ProxyMessage::hasHello)
                        .getHello()
                        .getApplied()
                        .getNumber())
                .isEqualTo(2);
        await().until(() -> client.state().stale() && client.state().connected());
        operator.delta(TWO, THREE);
        operator.hears(ack(THREE));
        assertThat(client.state().stale()).isFalse();
    }

    @Test
    void newerOfOwnCopyAndBootstrap_isServed() throws Exception {
        save(lastKnownGood(), ONE);
        save(directory.resolve("bootstrap"), THREE);
        start();
        await().until(() -> THREE.revision().equals(client.state().applied()));
    }

    @Test
    void lastKnownGoodCutInHalf_leavesTheBootstrap() throws Exception {
        save(lastKnownGood(), THREE);
        byte[] bytes = Files.readAllBytes(lastKnownGood());
        Files.write(lastKnownGood(), Arrays.copyOf(bytes, bytes.length / 2));
        save(directory.resolve("bootstrap"), ONE);
        start();
        await().until(() -> ONE.revision().equals(client.state().applied()));
    }

    @Test
    void lastKnownGoodOfANewerVersionOrAnotherPool_isNotServed_andTheOperatorIs() throws Exception {
        save(lastKnownGood(), THREE);
        byte[] bytes = Files.readAllBytes(lastKnownGood());
        ByteBuffer.wrap(bytes).putInt(8, 2);
        Files.write(lastKnownGood(), bytes);
        save(directory.resolve("bootstrap"), pool(new PoolId("shop", "api"), 9, 1));
        start();
        operator.hears(ProxyMessage::hasHello);
        operator.whole(ONE);
        operator.hears(ack(ONE));
        assertThat(dataPlane.taken).containsExactly(new RecordingDataPlane.Taken(ONE, false));
    }

    @Test
    void diskThatTakesNothing_preventsNoAck() throws Exception {
        Files.writeString(directory.resolve("state"), "a file where the directory should be");
        start();
        operator.whole(ONE);
        operator.hears(ack(ONE));
    }

    @Test
    void refusedToken_isSaid_andALaterOneIsTaken() throws Exception {
        operator.refusal = Status.UNAUTHENTICATED.withDescription("token: opens no pool");
        start();
        await().until(() -> client.state().error() != null);
        assertThat(client.state().error())
                .isEqualTo("operator 127.0.0.1 port %d: refuses this proxy: token: opens no pool"
                        .formatted(operator.port()));
        operator.refusal = null;
        operator.whole(ONE);
        operator.hears(ack(ONE));
        assertThat(client.state().error()).isNull();
    }

    @Test
    void expiredCa_isSaid_andARotatedBundleIsRead() throws Exception {
        TestCertificate expired = TestCertificate.authority(Instant.parse("2021-01-01T00:00:00Z"));
        Files.writeString(bundle(), expired.pem());
        start();
        await().until(() -> client.state().error() != null);
        assertThat(client.state().error())
                .isEqualTo(
                        "trust bundle %s: the last CA expired on 2021-01-01T00:00:00Z (expected: one that is valid now)"
                                .formatted(bundle()));
        Files.writeString(bundle(), expired.pem() + authority.pem());
        operator.whole(ONE);
        operator.hears(ack(ONE));
    }

    @Test
    void unknownCa_isSaid() throws Exception {
        Files.writeString(bundle(), TestCertificate.authority(FAR).pem());
        start();
        await().until(() -> client.state().error() != null);
        assertThat(client.state().error())
                .isEqualTo("operator 127.0.0.1 port %d: its certificate comes from an unknown CA (expected: one of %s)"
                        .formatted(operator.port(), bundle()));
        assertThat(operator.tokens).isEmpty();
    }

    @Test
    void expiredServerCertificate_isSaid() throws Exception {
        operator.close();
        operator = new ScriptedOperator(0, authority.server(Instant.parse("2021-01-01T00:00:00Z")));
        open.add(operator);
        start();
        await().until(() -> client.state().error() != null);
        assertThat(client.state().error())
                .isEqualTo("operator 127.0.0.1 port %d: its certificate has expired".formatted(operator.port()));
    }

    @Test
    void missingFiles_areSaid() throws Exception {
        Files.delete(token());
        start();
        await().until(() -> client.state().error() != null);
        assertThat(client.state().error()).startsWith("token file " + token() + ": cannot be read: ");
    }

    @Test
    void firstReport_isWhole_thenChanges() throws Exception {
        dataPlane.status = status(HealthState.HEALTHY);
        start();
        assertThat(operator.hears(ProxyMessage::hasReport).getReport().getWhole())
                .isTrue();
        dataPlane.status = status(HealthState.UNHEALTHY);
        ProxyMessage second = operator.hears(
                message -> message.hasReport() && !message.getReport().getWhole());
        assertThat(second.getReport().getChangedList()).hasSize(1);
    }

    @Test
    void seat_isTaken_keptOnDisk_andToldToTheNextOperator() throws Exception {
        start();
        operator.seat(3, 10).whole(ONE);
        operator.hears(ack(ONE));
        assertThat(dataPlane.seats).containsExactly(new Seat(3, 10));
        assertThat(client.state().seat()).isEqualTo(new Seat(3, 10));
        ProxyMessage first = operator.heard.getFirst();
        assertThat(first.getHello().hasSeat()).isFalse();
        assertThat(first.getHello().getZone()).isEqualTo("eu-1a");

        int port = operator.port();
        operator.close();
        operator = operator(port);
        assertThat(operator.hears(ProxyMessage::hasHello).getHello().getSeat())
                .isEqualTo(SeatCodec.encode(new Seat(3, 10)));
    }

    @Test
    void startedAnew_takesItsLastSeatBeforeItsLastPool() throws Exception {
        save(lastKnownGood(), ONE);
        Files.writeString(directory.resolve("state").resolve(SeatFile.FILE_NAME), "3 of 10\n");
        start();
        assertThat(operator.hears(ProxyMessage::hasHello).getHello().getSeat())
                .isEqualTo(SeatCodec.encode(new Seat(3, 10)));
        assertThat(dataPlane.seats).containsExactly(new Seat(3, 10));
    }

    @Test
    void seatFileThatSaysNoSeat_isNotUsed() throws Exception {
        Files.createDirectories(directory.resolve("state"));
        Files.writeString(directory.resolve("state").resolve(SeatFile.FILE_NAME), "10 of 3\n");
        start();
        assertThat(operator.hears(ProxyMessage::hasHello).getHello().hasSeat()).isFalse();
        assertThat(dataPlane.seats).isEmpty();
    }

    @Test
    void seatThatCannotBe_changesNothing() throws Exception {
        start();
        operator.seat(1, 4).seat(4, 4).seat(0, 0).seat(7, 1 << 30).whole(ONE);
        operator.hears(ack(ONE));
        assertThat(dataPlane.seats).containsExactly(new Seat(1, 4));
        assertThat(client.state().seat()).isEqualTo(new Seat(1, 4));
        assertThat(Files.readString(directory.resolve("state").resolve(SeatFile.FILE_NAME)))
                .isEqualTo("1 of 4\n");
    }

    @Test
    void messageOfAKindThatThisVersionDoesNotKnow_isReadOver() throws Exception {
        start();
        operator.say(OperatorMessage.newBuilder().setUnknownFields(unknownField(99)));
        operator.whole(ONE);
        operator.hears(ack(ONE));
    }

    private static UnknownFieldSet unknownField(int number) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        number, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
    }

    private ScriptedOperator operator(int port) throws Exception {
        ScriptedOperator started = new ScriptedOperator(port, authority.server(FAR));
        open.add(started);
        return started;
    }

    private void start() {
        start(operator.port());
    }

    private void start(int port) {
        ControlSettings settings = new ControlSettings(
                WEB,
                "web-0",
                "1.0",
                "127.0.0.1",
                port,
                bundle(),
                token(),
                directory.resolve("state"),
                directory.resolve("bootstrap"),
                "eu-1a");
        client = ControlClient.start(settings, dataPlane, Clock.systemUTC(), new Random(1));
        open.add(client);
    }

    private Path bundle() {
        return directory.resolve("trust.pem");
    }

    private Path token() {
        return directory.resolve("token");
    }

    private Path lastKnownGood() {
        return directory.resolve("state").resolve(LastKnownGoodFiles.FILE_NAME);
    }

    private static void save(Path file, PublishedPool pool) throws Exception {
        Files.createDirectories(file.toAbsolutePath().getParent());
        LastKnownGood.write(file, pool);
    }

    private static Predicate<ProxyMessage> ack(PublishedPool pool) {
        return message -> message.getAck().getRevision().equals(SnapshotCodec.encode(pool.revision()));
    }

    private static Predicate<ProxyMessage> nack(PublishedPool pool) {
        return message -> message.getNack().getRevision().equals(SnapshotCodec.encode(pool.revision()));
    }

    private static ProxyStatus status(HealthState state) {
        return new ProxyStatus(
                true,
                List.of(new BackendStatus(
                        new BackendKey("stable", "10.0.0.1", 80), state, "why", Instant.EPOCH, 1, 0, 0)),
                Traffic.NONE);
    }

    private static PublishedPool pool(PoolId id, long number, int... hosts) {
        List<Backend> backends = new ArrayList<>();
        for (int host : hosts) {
            backends.add(new Backend(new BackendKey("stable", "10.0.0." + host, 8080), EndpointConditions.READY, null));
        }
        PoolSnapshot snapshot = new PoolSnapshot(
                id,
                List.of(new Listener("http", 8080, Listener.Protocol.HTTP)),
                List.of(new BackendGroup("stable", 100)),
                backends,
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null);
        return new PublishedPool(new Revision(number, SnapshotDigest.of(snapshot)), snapshot);
    }
}
