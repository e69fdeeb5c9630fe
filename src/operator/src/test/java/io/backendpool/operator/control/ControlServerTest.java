package io.backendpool.operator.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backendpool.control.BackendStatus;
import io.backendpool.control.ProxyStatus;
import io.backendpool.control.ReportCodec;
import io.backendpool.control.Revision;
import io.backendpool.control.SnapshotCodec;
import io.backendpool.control.SnapshotDigest;
import io.backendpool.control.Traffic;
import io.backendpool.control.v1.OperatorMessage;
import io.backendpool.control.v1.ProxyMessage;
import io.backendpool.operator.certificates.CertificateAuthority;
import io.backendpool.operator.certificates.CertificatePolicy;
import io.backendpool.operator.certificates.DirectoryCertificateStore;
import io.backendpool.operator.logs.PoolLines;
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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The server against scripted proxies, over TLS on a real socket. */
@ExtendWith(PoolLines.class)
class ControlServerTest {
    private static final PoolId WEB = new PoolId("shop", "web");
    private static final PoolId API = new PoolId("shop", "api");
    private static final String TOKEN = "token-of-web";
    private static final TokenVerifier TOKENS = Map.of(TOKEN, WEB, "token-of-api", API)::get;

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    Path directory;

    @SuppressWarnings("NullAway.Init") // by setUp
    private CertificateAuthority authority;

    @SuppressWarnings("NullAway.Init") // by setUp
    private ControlServer server;

    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void setUp() throws Exception {
        authority = CertificateAuthority.open(
                new DirectoryCertificateStore(directory.resolve("certificates")),
                CertificatePolicy.forThisHost(),
                Clock.systemUTC());
        server = start(config(0, 5_000, 5_000, 3), new InMemoryRevisionStore());
    }

    @AfterEach
    void tearDown() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    @Test
    void newProxy_getsTheWhole_andItsAckIsSeen() throws Exception {
        Revision revision = server.publish(pool(1, 2));
        ScriptedProxy proxy = connect("web-0", null);
        assertThat(proxy.whole(0)).isEqualTo(server.published(WEB));
        assertThat(only().acked()).isNull();
        proxy.ack(revision);
        await().until(() -> revision.equals(only().acked()));
        assertThat(only().ackTook()).isNotNull();
        assertThat(only().version()).isEqualTo("1.0");
    }

    @Test
    void oneEndpointMore_isASmallDelta() throws Exception {
        ScriptedProxy proxy = synced("web-0", pool(1, 2));
        Revision second = server.publish(pool(1, 2, 3));
        OperatorMessage delta = proxy.message(1);
        assertThat(delta.getDelta().getUpsertsList()).hasSize(1);
        assertThat(delta.getDelta().hasConfig()).isFalse();
        assertThat(SnapshotCodec.decode(delta.getDelta()).applyTo(pool(1, 2))).isEqualTo(pool(1, 2, 3));
        assertThat(delta.getDelta().getRevision()).isEqualTo(SnapshotCodec.encode(second));
        assertThat(second.number()).isEqualTo(2);
    }

    @Test
    void sameContent_keepsItsRevision_andSendsNothing() throws Exception {
        ScriptedProxy proxy = synced("web-0", pool(1));
        assertThat(server.publish(pool(1))).isEqualTo(new Revision(1, SnapshotDigest.of(pool(1))));
        Revision next = server.publish(pool(2));
        // The delta is what comes next: nothing was between.
        assertThat(proxy.message(1).getDelta().getRevision()).isEqualTo(SnapshotCodec.encode(next));
    }

    @Test
    void proxyThatLostADelta_getsTheWhole() throws Exception {
        ScriptedProxy proxy = synced("web-0", pool(1));
        server.publish(pool(1, 2));
        assertThat(proxy.message(1).hasDelta()).isTrue();
        proxy.wholeWanted();
        assertThat(proxy.whole(2).snapshot()).isEqualTo(pool(1, 2));
    }

    @Test
    void burstOfHundred_coalescesToTheNewest() throws Exception {
        ScriptedProxy proxy = synced("web-0", pool(0));
        for (int i = 1; i <= 100; i++) {
            server.publish(pool(i));
        }
        Revision first = SnapshotCodec.decode(proxy.message(1).getDelta().getRevision());
        Revision newest = Objects.requireNonNull(server.published(WEB)).revision();
        assertThat(newest.number()).isEqualTo(101);
        proxy.ack(first);
        assertThat(proxy.message(2).getDelta().getRevision()).isEqualTo(SnapshotCodec.encode(newest));
        proxy.ack(newest);
        await().until(() -> newest.equals(only().acked()));
        assertThat(proxy.heard).hasSize(3);
    }

    @Test
    void proxyThatLags_isBehindSinceTheFirstChangeThatItLacks() throws Exception {
        FakeClock clock = new FakeClock(Instant.parse("2026-01-01T00:00:00Z"));
        server.close();
        server = start(config(0, 60_000, 5_000, 3), new InMemoryRevisionStore(), clock);
        ScriptedProxy proxy = synced("web-0", pool(1));
        assertThat(only().behindSince()).isNull();

        clock.advance(Duration.ofSeconds(10));
        Instant firstChange = clock.instant();
        Revision second = server.publish(pool(2));
        clock.advance(Duration.ofSeconds(10));
        server.publish(pool(3));
        assertThat(only().behindSince()).isEqualTo(firstChange);

        // It goes away and comes back with what it had: what it lacks is as old as before.
        proxy.close();
        await().until(() -> server.proxies(WEB).isEmpty());
        clock.advance(Duration.ofSeconds(10));
        ScriptedProxy again = connect("web-0", new Revision(1, SnapshotDigest.of(pool(1))));
        await().until(() -> !server.proxies(WEB).isEmpty());
        assertThat(only().behindSince()).isEqualTo(firstChange);
        assertThat(second.number()).isEqualTo(2);

        Revision newest = SnapshotCodec.decode(again.message(0).getDelta().getRevision());
        again.ack(newest);
        await().until(() -> newest.equals(only().acked()));
        assertThat(only().behindSince()).isNull();

        // One that is new lacks nothing that it once had: its age counts from its coming.
        clock.advance(Duration.ofHours(1));
        connect("web-1", null);
        await().until(() -> server.proxies(WEB).size() == 2);
        assertThat(server.proxies(WEB).getLast().behindSince()).isEqualTo(clock.instant());
    }

    @Test
    void nack_showsItsReason_isNotSentAgain_andTheNextRevisionIs() throws Exception {
        ScriptedProxy proxy = synced("web-0", pool(1));
        Revision bad = server.publish(pool(2));
        proxy.message(1);
        proxy.nack(bad, "listener http: port 8080 is in use");
        await().until(() -> only().rejection() != null);
        assertThat(only().rejection())
                .isEqualTo(new ConnectedProxy.Rejection(bad, "listener http: port 8080 is in use"));
        assertThat(Objects.requireNonNull(only().acked()).number()).isEqualTo(1);
        Revision good = server.publish(pool(3));
        assertThat(proxy.message(2).getDelta().getBase().getNumber()).isEqualTo(1);
        proxy.ack(good);
        await().until(() -> good.equals(only().acked()));
        assertThat(only().rejection()).isNull();
    }

    @Test
    void helloWithTheCurrentDigest_countsAsAcked_andIsConfirmedByAnEmptyDelta() throws Exception {
        Revision revision = server.publish(pool(1));
        ScriptedProxy proxy = connect("web-0", revision);
        await().until(() -> revision.equals(only().acked()));
        assertThat(only().ackTook()).isNull();
        assertThat(SnapshotCodec.decode(proxy.message(0).getDelta()).isEmpty()).isTrue();
    }

    @Test
    void helloWithAKnownBase_getsADelta_withAnUnknownOneTheWhole() throws Exception {
        Revision first = server.publish(pool(1));
        server.publish(pool(1, 2));
        assertThat(connect("web-0", first).message(0).hasDelta()).isTrue();
        ScriptedProxy other = connect("web-1", new Revision(1, SnapshotDigest.of(pool(77))));
        assertThat(other.whole(0).snapshot()).isEqualTo(pool(1, 2));
    }

    @Test
    void higherNumberOfAProxy_isExceeded() throws Exception {
        server.publish(pool(1));
        ScriptedProxy proxy = connect("web-0", new Revision(40, SnapshotDigest.of(pool(9))));
        assertThat(proxy.whole(0).revision()).isEqualTo(new Revision(41, SnapshotDigest.of(pool(1))));
        assertThat(server.publish(pool(2)).number()).isEqualTo(42);
    }

    @Test
    void higherNumberBeforeAnythingIsPublished_isKeptForTheSameContent() throws Exception {
        Revision brought = new Revision(40, SnapshotDigest.of(pool(1)));
        connect("web-0", brought);
        await().until(() -> server.proxies(WEB).size() == 1);
        assertThat(server.publish(pool(1))).isEqualTo(brought);
    }

    @Test
    void numberThatWouldRunOut_isRefused() throws Exception {
        ScriptedProxy proxy = connect("web-0", new Revision(Long.MAX_VALUE, SnapshotDigest.of(pool(1))));
        assertThat(proxy.end().getDescription()).startsWith("hello: revision.number: 9223372036854775807 (expected: ");
    }

    @Test
    void restartedServer_goesOnWithItsNumbers() throws Exception {
        FileRevisionStore store = new FileRevisionStore(directory.resolve("revisions"));
        ControlServer first = start(config(0, 5_000, 5_000, 3), store);
        first.publish(pool(1));
        Revision last = first.publish(pool(2));
        first.close();
        ControlServer second = start(config(0, 5_000, 5_000, 3), store);
        assertThat(second.publish(pool(2))).isEqualTo(last);
        assertThat(second.publish(pool(3)).number()).isEqualTo(3);
    }

    @Test
    void refusedToken_isSaidWithoutTheToken() throws Exception {
        Status status = proxy("stolen-secret").hello("shop/web", "web-0", null).end();
        assertThat(status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(status.getDescription())
                .isEqualTo("token: opens no pool (expected: the token of this proxy's pool)");
        assertThat(server.proxies(WEB)).isEmpty();
    }

    @Test
    void missingToken_isSaid() throws Exception {
        Status status = proxy(null).hello("shop/web", "web-0", null).end();
        assertThat(status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(status.getDescription()).isEqualTo("authorization: absent (expected: Bearer TOKEN)");
    }

    @Test
    void tokenOfAnotherPool_opensNotThisOne() throws Exception {
        server.publish(pool(1));
        ScriptedProxy proxy = proxy("token-of-api").hello("shop/web", "web-0", null);
        assertThat(proxy.end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(proxy.end().getDescription())
                .isEqualTo("hello.pool: shop/web (expected: shop/api, the pool that the token opens)");
        assertThat(proxy.heard).isEmpty();
    }

    @Test
    void otherProtocol_isSaid() throws Exception {
        ProxyMessage.Builder hello = ProxyMessage.newBuilder();
        hello.getHelloBuilder().setPool("shop/web").setProxy("web-0").setProtocol(2);
        ScriptedProxy proxy = proxy(TOKEN).say(hello.build());
        assertThat(proxy.end().getDescription())
                .isEqualTo("hello.protocol: 2 (expected: 1, this operator's): upgrade the older of the two");
    }

    @Test
    void firstMessageOtherThanHello_isSaid() throws Exception {
        assertThat(proxy(TOKEN).wholeWanted().end().getDescription())
                .isEqualTo("first message: WHOLE_WANTED (expected: HELLO)");
    }

    @Test
    void silence_isEnded() throws Exception {
        server = start(config(0, 100, 5_000, 3), new InMemoryRevisionStore());
        assertThat(proxy(TOKEN).end().getDescription())
                .isEqualTo("no Hello after 100 ms (expected: as the first message)");
    }

    @Test
    void unansweredRevision_resetsTheStream() throws Exception {
        server = start(config(0, 5_000, 50, 3), new InMemoryRevisionStore());
        server.publish(pool(1));
        assertThat(connect("web-0", null).end().getDescription()).endsWith("is not acknowledged after 150 ms");
        await().until(() -> server.proxies(WEB).isEmpty());
    }

    @Test
    void secondConnectionOfOneName_replacesTheFirst() throws Exception {
        ScriptedProxy first = connect("web-0", null);
        await().until(() -> server.proxies(WEB).size() == 1);
        connect("web-0", null);
        assertThat(first.end().getDescription()).isEqualTo("replaced by a newer connection of the same proxy");
        await().until(() -> server.proxies(WEB).size() == 1);
    }

    @Test
    void oneProxyTooMany_isSentAway() throws Exception {
        connect("web-0", null);
        connect("web-1", null);
        connect("web-2", null);
        await().until(() -> server.proxies(WEB).size() == 3);
        assertThat(connect("web-3", null).end().getDescription())
                .isEqualTo("pool shop/web has 3 proxies connected (expected: at most 3)");
    }

    @Test
    void withdrawnPool_sendsItsProxiesAway_untilItIsPublishedAgain() throws Exception {
        ScriptedProxy proxy = synced("web-0", pool(1));
        server.withdraw(WEB);
        assertThat(proxy.message(1).getShutdown().getReason()).isEqualTo("it was deleted");
        proxy.end();
        assertThat(connect("web-0", null).end().getDescription()).isEqualTo("pool shop/web is gone: it was deleted");
        assertThat(server.published(WEB)).isNull();
        assertThat(server.publish(pool(2)).number()).isEqualTo(2);
        assertThat(connect("web-0", null).whole(0).snapshot()).isEqualTo(pool(2));
    }

    @Test
    void close_saysShutdown() throws Exception {
        ScriptedProxy proxy = synced("web-0", pool(1));
        server.close();
        assertThat(proxy.message(1).getShutdown().getReason()).isEqualTo("the operator stops");
        assertThat(proxy.end()).isEqualTo(Status.OK);
    }

    @Test
    void reports_becomeTheStatus_andListenersHear() throws Exception {
        List<PoolId> changes = new CopyOnWriteArrayList<>();
        server.onChange(changes::add);
        ScriptedProxy proxy = connect("web-0", null);
        await().until(() -> changes.contains(WEB));
        ProxyStatus one = status(HealthState.HEALTHY);
        proxy.report(ReportCodec.whole(one));
        await().until(() -> one.equals(only().status()));
        ProxyStatus two = status(HealthState.UNHEALTHY);
        changes.clear();
        proxy.report(Objects.requireNonNull(ReportCodec.changes(one, two)));
        await().until(() -> two.equals(only().status()) && changes.contains(WEB));
    }

    @Test
    void absurdReport_endsTheStream() throws Exception {
        ProxyMessage.Builder report = ProxyMessage.newBuilder();
        report.getReportBuilder().addChangedBuilder();
        assertThat(connect("web-0", null).say(report.build()).end().getDescription())
                .isEqualTo("report: backend.group: \"\" (expected: not empty)");
    }

    @Test
    void busyPort_isSaid() {
        assertThatThrownBy(() -> start(config(server.port(), 5_000, 5_000, 3), new InMemoryRevisionStore()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("control: cannot listen on 127.0.0.1 port " + server.port());
    }

    @Test
    void rotation_underALiveStream_isNotFelt_andOldBundlesOverlap() throws Exception {
        // TLS looks at the real clock: the first CA is made in the past, so that both generations are valid now.
        FakeClock clock = new FakeClock(Instant.now().minus(Duration.ofDays(201)));
        CertificatePolicy policy = new CertificatePolicy(
                List.of("127.0.0.1"), Duration.ofDays(300), Duration.ofDays(300), Duration.ofDays(1));
        authority =
                CertificateAuthority.open(new DirectoryCertificateStore(directory.resolve("rotating")), policy, clock);
        server = start(config(0, 5_000, 5_000, 9), new InMemoryRevisionStore());
        ScriptedProxy live = synced("web-0", pool(1));
        String oldBundle = authority.trustBundle();

        clock.advance(Duration.ofDays(200));
        authority.tick();
        String overlapping = authority.trustBundle();
        assertThat(overlapping).startsWith(oldBundle).hasSizeGreaterThan(oldBundle.length());
        assertThat(dials(oldBundle)).isTrue();
        assertThat(dials(overlapping)).isTrue();

        clock.advance(Duration.ofDays(1));
        authority.tick();
        assertThat(dials(overlapping)).isTrue();
        assertThat(dials(oldBundle)).isFalse();

        server.publish(pool(2));
        assertThat(live.message(1).hasDelta()).isTrue();
    }

    private boolean dials(String trustBundle) throws Exception {
        try (ScriptedProxy proxy = new ScriptedProxy(server.port(), trustBundle, TOKEN)) {
            proxy.hello("shop/web", "web-9", null);
            await().until(() -> proxy.ended != null || !proxy.heard.isEmpty());
            return proxy.ended == null;
        }
    }

    private ScriptedProxy synced(String name, PoolSnapshot pool) throws Exception {
        Revision revision = server.publish(pool);
        ScriptedProxy proxy = connect(name, null);
        proxy.whole(0);
        proxy.ack(revision);
        await().until(() -> server.proxies(WEB).stream().anyMatch(known -> revision.equals(known.acked())));
        return proxy;
    }

    private ScriptedProxy connect(String name, @Nullable Revision applied) throws Exception {
        return proxy(TOKEN).hello("shop/web", name, applied);
    }

    private ScriptedProxy proxy(@Nullable String token) throws Exception {
        ScriptedProxy proxy = new ScriptedProxy(server.port(), authority.trustBundle(), token);
        open.add(proxy);
        return proxy;
    }

    private ConnectedProxy only() {
        await().until(() -> server.proxies(WEB).size() == 1);
        return server.proxies(WEB).getFirst();
    }

    private ControlServer start(ControlServerConfig config, RevisionStore store) throws IOException {
        return start(config, store, Clock.systemUTC());
    }

    private ControlServer start(ControlServerConfig config, RevisionStore store, Clock clock) throws IOException {
        ControlServer started = ControlServer.start(config, authority, TOKENS, store, clock);
        open.add(started);
        return started;
    }

    private static ControlServerConfig config(int port, int helloMillis, int ackMillis, int maxProxies) {
        return new ControlServerConfig(
                "127.0.0.1",
                port,
                Duration.ofMillis(helloMillis),
                Duration.ofMillis(ackMillis),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                1 << 20,
                maxProxies,
                SeatTimes.USUAL);
    }

    private static ProxyStatus status(HealthState state) {
        return new ProxyStatus(
                true,
                List.of(new BackendStatus(
                        new BackendKey("stable", "10.0.0.1", 80), state, "why", Instant.ofEpochSecond(9), 50, 1, 2)),
                Traffic.NONE);
    }

    static PoolSnapshot pool(int... hosts) {
        List<Backend> backends = new ArrayList<>();
        for (int host : hosts) {
            backends.add(new Backend(new BackendKey("stable", "10.0.0." + host, 8080), EndpointConditions.READY, null));
        }
        return new PoolSnapshot(
                WEB,
                List.of(new Listener("http", 8080, Listener.Protocol.HTTP)),
                List.of(new BackendGroup("stable", 100)),
                backends,
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null);
    }
}
