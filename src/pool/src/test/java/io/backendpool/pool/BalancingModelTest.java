package io.backendpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is out of range in the records of balancing, sessions, health and overrides has its sentence. */
class BalancingModelTest {
    private static final String SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void hashPolicy_withoutKey_isRefused_andOthersWithOne() {
        refused(
                () -> balancing(LoadBalancing.Policy.RING_HASH, null, List.of()),
                "loadBalancing.hash: [] (expected: 1 to 8 keys, for the policy is RING_HASH)");
        refused(
                () -> balancing(LoadBalancing.Policy.RANDOM, null, List.of(new HashKey.Path())),
                "loadBalancing.hash: present (expected: absent, for the policy is RANDOM)");
        refused(
                () -> balancing(
                        LoadBalancing.Policy.MAGLEV,
                        null,
                        List.of(new HashKey.Header("X-User"), new HashKey.Header("x-user"))),
                "loadBalancing.hash: Header[name=x-user] twice (expected: unique)");
    }

    @Test
    void numbers_outOfRange_areRefused() {
        refused(
                () -> balancing(LoadBalancing.Policy.MAGLEV, 100, List.of(new HashKey.Path())),
                "loadBalancing.boundedLoad.factorPercent: 100 (expected: 101 to 1,000)");
        refused(
                () -> new LoadBalancing.RingSize(0, 10),
                "loadBalancing.ringHash.minimumSize: 0 (expected: 1 to 8,388,608)");
        refused(
                () -> new LoadBalancing.RingSize(10, 9),
                "loadBalancing.ringHash.minimumSize: 10 (expected: at most the maximumSize, 9)");
        refused(
                () -> new LoadBalancing.LeastRequest(11, false),
                "loadBalancing.leastRequest.choices: 11 (expected: 2 to 10)");
        refused(
                () -> new SlowStart(SECOND, Double.NaN, 10),
                "loadBalancing.slowStart.aggression: NaN (expected: 0.1 to 10.0)");
        refused(
                () -> new AdaptiveWeight(AdaptiveWeight.Mode.ENFORCE, 300, 200, 10),
                "adaptiveWeight.floor: 300 (expected: at most the ceiling, 200)");
        refused(
                () -> new OutlierDetection.FailurePercentage(0),
                "outlierDetection.failurePercentage.threshold: 0 (expected: 1 to 100)");
        refused(
                () -> new BackendGroup(
                        "web", 1, BackendGroup.Protocol.HTTP, null, BackendGroup.ProxyProtocol.NONE, List.of(), 8),
                "backends[web].priority: 8 (expected: 0 to 7)");
    }

    @Test
    void outlierDetection_byNothing_isRefused() {
        OutlierDetection usual = OutlierDetection.DEFAULT;
        refused(
                () -> new OutlierDetection(
                        0,
                        0,
                        0,
                        0,
                        0,
                        usual.interval(),
                        usual.baseEjectionTime(),
                        usual.maxEjectionTime(),
                        10,
                        10,
                        5,
                        100,
                        null,
                        null,
                        1),
                "outlierDetection: nothing to detect by (expected: a threshold above 0, successRate or failurePercentage; or no outlierDetection)");
    }

    @Test
    void cookie_thatBrowsersDrop_isRefused() {
        refused(
                () -> cookie("/shop", null, Session.Cookie.Secure.ALWAYS, Session.Cookie.Prefix.HOST),
                "session.cookie.prefix: Host (expected: no domain, and the path /, else browsers drop the cookie)");
        refused(
                () -> cookie("/", null, Session.Cookie.Secure.NEVER, Session.Cookie.Prefix.SECURE),
                "session.cookie.secure: Never (expected: Always or Auto with a prefix, else browsers drop the cookie)");
        refused(
                () -> cookie("/a;b", null, Session.Cookie.Secure.AUTO, Session.Cookie.Prefix.NONE),
                "session.cookie.path: /a;b (expected: starts with '/', no ';' and no control characters)");
        assertThat(cookie("/", null, Session.Cookie.Secure.ALWAYS, Session.Cookie.Prefix.HOST)
                        .fullName())
                .isEqualTo("__Host-s");
    }

    @Test
    void sessionKey_isNotShown() {
        refused(
                () -> new SessionKeys.SessionKey("k1", "c2VjcmV0"),
                "sessionKeys[k1].secret: (hidden) (expected: 32 to 64 bytes in base64)");
        refused(
                () -> new SessionKeys.SessionKey("k1", "not base64!"),
                "sessionKeys[k1].secret: (hidden) (expected: 32 to 64 bytes in base64)");
        assertThat(new SessionKeys(List.of(new SessionKeys.SessionKey("k1", SECRET))))
                .hasToString("SessionKeys[keys=[SessionKey[id=k1]]]");
    }

    @Test
    void override_saysOneThing_untilItsTime() {
        refused(
                () -> new WeightOverride("web", null, true, 5, null, ""),
                "override.weight of a drain: 5 (expected: 0 to 0)");
        refused(
                () -> new WeightOverride("web", new BackendKey("web", "10.0.0.1", 80), false, 101, null, ""),
                "override.weightPercent: 101 (expected: 0 to 100)");
        refused(
                () -> new WeightOverride("web", new BackendKey("api", "10.0.0.1", 80), true, 0, null, ""),
                "override.backend: api/10.0.0.1:80 (expected: one of group web)");
        Instant until = Instant.parse("2026-06-15T00:00:00Z");
        WeightOverride override = new WeightOverride("web", null, true, 0, until, "");
        assertThat(override.isActive(until.minusNanos(1))).isTrue();
        assertThat(override.isActive(until)).isFalse();
    }

    @Test
    void expressionOfBody_thatRe2Refuses_isRefusedWithItsReason() {
        for (String text : List.of("(?=a)", "(?<!a)b", "(a)\\1", "(?>a)", "a*+", "(?<n>a)\\k<n>")) {
            assertThat(body(text).refusal(BalancingModelTest::refuse))
                    .isEqualTo(
                            "healthCheck.http.body.matches: %s (expected: a regular expression of RE2, which has no look-around, back reference, atomic group or possessive quantifier; no such thing)",
                            text);
        }
        for (String text : List.of("(a", "\\\\1(", "a{1001}")) {
            assertThat(body(text).refusal(BalancingModelTest::refuse))
                    .isEqualTo(
                            "healthCheck.http.body.matches: %s (expected: a regular expression of RE2; no such thing)",
                            text);
        }
    }

    @Test
    void expressionOfBody_thatIsTooMuchWork_isRefused_uncompiledWhereItIsLarge() {
        assertThat(body("a{2}").refusal(text -> 8_192)).isNull();
        assertThat(body("a{2}").refusal(text -> 8_193))
                .isEqualTo(
                        "healthCheck.http.body.matches: a{2} (expected: an expression of at most 8192 steps for a limit"
                                + " of 1024 bytes, this one has 8193)");
        assertThat(body("(a{1000}){1000}").refusal(BalancingModelTest::refuse))
                .contains("at most 8192 steps for a limit of 1024 bytes");
    }

    private static int refuse(String text) {
        throw new IllegalArgumentException("no such thing");
    }

    @Test
    void probe_thatBreaksTheMessage_isRefused() {
        refused(
                () -> new HealthCheck.Header("x-a", "a\r\nb"),
                "healthCheck.http.headers[x-a].value: (hidden) (expected: no control characters)");
        assertThatThrownBy(() -> new HealthCheck.Header("Content-Length", "1"))
                .hasMessageStartingWith("healthCheck.http.headers[].name: content-length (expected: none of [host, ");
        refused(
                () -> new HealthCheck(
                        new HealthCheck.TcpProbe(), null, SECOND.multipliedBy(5), SECOND, SECOND, 10, 1, 1, null),
                "healthCheck.timeout: PT1S (expected: above 0 and below the interval, PT1S)");
        refused(
                () -> new HealthCheck.Agent(0, SECOND, Duration.ofMillis(1)),
                "healthCheck.agent.port: 0 (expected: 1 to 65,535)");
    }

    @Test
    void listener_thatCannotDoWhatIsAsked_isNamed() {
        Listener tcp = new Listener("db", 5432, Listener.Protocol.TCP);
        refused(
                () -> pool(tcp, balancing(LoadBalancing.Policy.MAGLEV, null, List.of(new HashKey.Path())), null),
                "loadBalancing.hash: no key for listeners[db] (expected: clientIP as the last key, for the listener's protocol is TCP)");
        refused(
                () -> pool(
                        tcp,
                        new LoadBalancing(LoadBalancing.Policy.RANDOM),
                        new Session(Session.Cookie.DEFAULT, Session.OnUnavailable.FAIL)),
                "session: by a cookie or a header (expected: sourceIP, for the protocol of listeners[db] is TCP)");
        assertThat(pool(
                                tcp,
                                new LoadBalancing(LoadBalancing.Policy.MAGLEV),
                                new Session(new Session.SourceIp(32, 64), Session.OnUnavailable.FAIL))
                        .session())
                .isNotNull();
    }

    private static LoadBalancing balancing(LoadBalancing.Policy policy, @Nullable Integer bound, List<HashKey> hash) {
        return new LoadBalancing(
                policy,
                LoadBalancing.LeastRequest.DEFAULT,
                LoadBalancing.DEFAULT_DECAY,
                LoadBalancing.RingSize.DEFAULT,
                bound,
                hash,
                LoadBalancing.Locality.OFF,
                0,
                50,
                null);
    }

    private static Session.Cookie cookie(
            String path, @Nullable String domain, Session.Cookie.Secure secure, Session.Cookie.Prefix prefix) {
        return new Session.Cookie("s", null, path, domain, Session.Cookie.SameSite.LAX, secure, prefix);
    }

    private static HealthCheck.BodyMatch body(String text) {
        return new HealthCheck.BodyMatch(HealthCheck.BodyMatch.Kind.MATCHES, text, 1_024);
    }

    private static PoolSnapshot pool(Listener listener, LoadBalancing balancing, @Nullable Session session) {
        return new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(listener),
                List.of(new BackendGroup("web", 100)),
                List.of(),
                balancing,
                null,
                TrafficPolicy.DEFAULT,
                List.of(),
                session,
                null,
                AdaptiveWeight.OFF,
                List.of(),
                SessionKeys.NONE);
    }

    private static void refused(ThrowingCallable making, String message) {
        assertThatThrownBy(making).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
