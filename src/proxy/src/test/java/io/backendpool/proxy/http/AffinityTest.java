package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HashKey;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.LoadBalancing.Policy;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.Session;
import io.backendpool.pool.Session.OnUnavailable;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.SessionKeys.SessionKey;
import io.backendpool.pool.TrafficPolicy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests that belong together reach one backend: by keys, and by sessions. Over real sockets. */
class AffinityTest {
    private static final Pattern COOKIE = Pattern.compile("(?im)^set-cookie: ([^=]+)=([^;\r]+)([^\r]*)");
    private static final SessionKeys KEYS = keys("k1", 'a');

    private final List<Backend> backends = new ArrayList<>();
    private Proxy proxy;

    @BeforeEach
    void start() throws Exception {
        for (int i = 0; i < 4; i++) {
            backends.add(Backend.answering("b" + i));
        }
        proxy = new Proxy(io.backendpool.proxy.upstream.ProxyLimits.defaults(), null, 1);
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        for (Backend backend : backends) {
            backend.close();
        }
    }

    private static SessionKeys keys(String id, char fill) {
        byte[] secret = String.valueOf(fill).repeat(32).getBytes(StandardCharsets.US_ASCII);
        return new SessionKeys(List.of(new SessionKey(id, Base64.getEncoder().encodeToString(secret))));
    }

    private static LoadBalancing hashing(Policy policy, HashKey... keys) {
        LoadBalancing usual = new LoadBalancing(policy);
        return new LoadBalancing(
                policy,
                usual.leastRequest(),
                usual.decay(),
                usual.ringSize(),
                null,
                List.of(keys),
                usual.locality(),
                0,
                usual.panicThreshold(),
                null);
    }

    private void publish(LoadBalancing balancing, @Nullable Session session, HealthState... states) {
        publish(balancing, session, KEYS, backends, states);
    }

    private void publish(
            LoadBalancing balancing,
            @Nullable Session session,
            SessionKeys keys,
            List<Backend> members,
            HealthState... states) {
        List<io.backendpool.pool.Backend> listed = new ArrayList<>();
        for (Backend member : members) {
            listed.add(new io.backendpool.pool.Backend(
                    new BackendKey("web", "127.0.0.1", member.port()), EndpointConditions.READY, null));
        }
        PoolSnapshot snapshot = new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(Proxy.listener("http", proxy.port())),
                List.of(new BackendGroup("web", 100)),
                listed,
                balancing,
                null,
                TrafficPolicy.DEFAULT,
                List.of(),
                session,
                null,
                AdaptiveWeight.OFF,
                List.of(),
                keys);
        // The snapshot has sorted them by address.
        List<HealthState> sorted = new ArrayList<>(Collections.nCopies(listed.size(), HealthState.HEALTHY));
        for (int i = 0; i < states.length; i++) {
            int port = members.get(i).port();
            for (int at = 0; at < sorted.size(); at++) {
                if (snapshot.backends().get(at).key().port() == port) {
                    sorted.set(at, states[i]);
                }
            }
        }
        proxy.publish(snapshot, sorted);
    }

    private static LoadBalancing roundRobin() {
        return new LoadBalancing(Policy.ROUND_ROBIN);
    }

    private static Session cookie(OnUnavailable onUnavailable) {
        return new Session(Session.Cookie.DEFAULT, onUnavailable);
    }

    /** The response to a GET with more field lines, on a connection of its own. */
    private String get(String path, String... lines) throws Exception {
        try (Client client = proxy.connect()) {
            StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: a\r\n");
            for (String line : lines) {
                request.append(line).append("\r\n");
            }
            return client.send(request.append("\r\n").toString()).readResponse();
        }
    }

    private static String body(String response) {
        return response.substring(response.indexOf("\r\n\r\n") + 4);
    }

    /** {@code name=value} of the cookie that the response sets. */
    private static String pairOf(String response) {
        Matcher cookie = COOKIE.matcher(response);
        assertThat(cookie.find()).as(response).isTrue();
        return cookie.group(1) + "=" + cookie.group(2);
    }

    private void allTheSame(String path, String... lines) throws Exception {
        Set<String> answered = new HashSet<>();
        for (int i = 0; i < 8; i++) {
            answered.add(body(get(path, lines)));
        }
        assertThat(answered).hasSize(1);
    }

    private int distinct(
            int requests, java.util.function.IntFunction<String> path, java.util.function.IntFunction<String> line)
            throws Exception {
        Set<String> answered = new HashSet<>();
        for (int i = 0; i < requests; i++) {
            answered.add(body(get(path.apply(i), line.apply(i))));
        }
        return answered.size();
    }

    @Test
    void header_isAKey_andTheFirstThatThereIsCounts() throws Exception {
        publish(hashing(Policy.RING_HASH, new HashKey.Header("x-user"), new HashKey.Path()), null);
        allTheSame("/a", "X-User: 7");
        assertThat(distinct(40, i -> "/same", i -> "x-uSER:  u" + i)).isEqualTo(4);
        allTheSame("/only-the-path?q=1", "A: b");
        assertThat(distinct(40, i -> "/p" + i, i -> "A: b")).isEqualTo(4);
    }

    @Test
    void cookie_isAKey() throws Exception {
        publish(hashing(Policy.MAGLEV, new HashKey.Cookie("id")), null);
        allTheSame("/", "Cookie: a=b; id=42; idx=9");
        assertThat(distinct(40, i -> "/", i -> "Cookie: xid=1; id=\"" + i + "\"; b=c"))
                .isEqualTo(4);
    }

    @Test
    void queryParameter_isAKey() throws Exception {
        publish(hashing(Policy.RENDEZVOUS, new HashKey.QueryParameter("u")), null);
        allTheSame("/p?a=1&u=5&uu=7", "A: b");
        assertThat(distinct(40, i -> "/?xu=1&u=" + i, i -> "A: b")).isEqualTo(4);
    }

    @Test
    void clientAddress_isAKey_andEveryClientHasOne() throws Exception {
        publish(hashing(Policy.RING_HASH, new HashKey.ClientIp(32, 128)), null);
        allTheSame("/", "A: b");
    }

    @Test
    void keyThatIsNotThere_isBalancedByChance() throws Exception {
        publish(hashing(Policy.RING_HASH, new HashKey.Header("x-user")), null);
        assertThat(distinct(60, i -> "/", i -> "A: b")).isEqualTo(4);
    }

    @Test
    void cookieSession_staysOnItsBackend_andIsToldOnce() throws Exception {
        publish(roundRobin(), cookie(OnUnavailable.REBALANCE));
        String first = get("/");
        assertThat(first)
                .containsIgnoringCase("set-cookie: backendpool=k1.")
                .contains("; Path=/; HttpOnly; SameSite=Lax");
        String pair = pairOf(first);
        for (int i = 0; i < 8; i++) {
            String next = get("/", "Cookie: a=1; " + pair);
            assertThat(body(next)).isEqualTo(body(first));
            assertThat(next).doesNotContainIgnoringCase("set-cookie");
        }
        assertThat(distinct(8, i -> "/", i -> "A: b")).isEqualTo(4);
    }

    @Test
    void cookieSession_hasTheAttributesThatTheManifestSays() throws Exception {
        publish(
                roundRobin(),
                new Session(
                        new Session.Cookie(
                                "s",
                                Duration.ofHours(1),
                                "/",
                                null,
                                Session.Cookie.SameSite.NONE,
                                Session.Cookie.Secure.ALWAYS,
                                Session.Cookie.Prefix.HOST),
                        OnUnavailable.REBALANCE));
        assertThat(get("/"))
                .containsPattern(
                        "(?i)set-cookie: __Host-s=k1\\.[^;]+; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=None\r\n");
    }

    @Test
    void forgedCookie_beginsANewSession() throws Exception {
        publish(roundRobin(), cookie(OnUnavailable.FAIL));
        String pair = pairOf(get("/"));
        String forged = pair.substring(0, pair.length() - 1) + (pair.endsWith("A") ? "B" : "A");
        assertThat(get("/", "Cookie: " + forged)).startsWith("HTTP/1.1 200").containsIgnoringCase("set-cookie");
        assertThat(get("/", "Cookie: backendpool=x")).startsWith("HTTP/1.1 200").containsIgnoringCase("set-cookie");
    }

    @Test
    void oldKey_isHonoured_andReplaced() throws Exception {
        publish(roundRobin(), cookie(OnUnavailable.REBALANCE));
        String first = get("/");
        SessionKeys rotated = new SessionKeys(
                List.of(keys("k2", 'b').keys().getFirst(), KEYS.keys().getFirst()));
        publish(roundRobin(), cookie(OnUnavailable.REBALANCE), rotated, backends);
        String next = get("/", "Cookie: " + pairOf(first));
        assertThat(body(next)).isEqualTo(body(first));
        assertThat(pairOf(next)).startsWith("backendpool=k2.");
        assertThat(body(get("/", "Cookie: " + pairOf(next)))).isEqualTo(body(first));
    }

    @Test
    void unavailable_rebalances_andStaysThere() throws Exception {
        publish(roundRobin(), cookie(OnUnavailable.REBALANCE));
        String first = get("/");
        HealthState[] states = {HealthState.HEALTHY, HealthState.HEALTHY, HealthState.HEALTHY, HealthState.HEALTHY};
        states[Integer.parseInt(body(first).substring(1))] = HealthState.UNHEALTHY;
        publish(roundRobin(), cookie(OnUnavailable.REBALANCE), states);
        String moved = get("/", "Cookie: " + pairOf(first));
        assertThat(body(moved)).isNotEqualTo(body(first));
        // Also who comes with the old cookie once more goes to the same.
        assertThat(body(get("/", "Cookie: " + pairOf(first)))).isEqualTo(body(moved));
        publish(roundRobin(), cookie(OnUnavailable.REBALANCE));
        assertThat(body(get("/", "Cookie: " + pairOf(moved)))).isEqualTo(body(moved));
    }

    @Test
    void unavailable_failsWhereThePoolSaysSo_butNotWhenTheBackendHasLeft() throws Exception {
        publish(roundRobin(), cookie(OnUnavailable.FAIL));
        String first = get("/");
        int index = Integer.parseInt(body(first).substring(1));
        HealthState[] states = {HealthState.HEALTHY, HealthState.HEALTHY, HealthState.HEALTHY, HealthState.HEALTHY};
        states[index] = HealthState.UNHEALTHY;
        publish(roundRobin(), cookie(OnUnavailable.FAIL), states);
        assertThat(get("/", "Cookie: " + pairOf(first)))
                .startsWith("HTTP/1.1 503")
                .contains("session.onUnavailable is Fail");
        assertThat(get("/")).startsWith("HTTP/1.1 200");

        List<Backend> others = new ArrayList<>(backends);
        others.remove(index);
        publish(roundRobin(), cookie(OnUnavailable.FAIL), KEYS, others);
        assertThat(get("/", "Cookie: " + pairOf(first)))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("set-cookie");
    }

    @Test
    void drainingBackend_keepsItsSessions_andGetsNoNewOnes() throws Exception {
        publish(roundRobin(), cookie(OnUnavailable.REBALANCE));
        String first = get("/");
        HealthState[] states = {HealthState.HEALTHY, HealthState.HEALTHY, HealthState.HEALTHY, HealthState.HEALTHY};
        states[Integer.parseInt(body(first).substring(1))] = HealthState.DRAINING;
        publish(roundRobin(), cookie(OnUnavailable.REBALANCE), states);
        assertThat(body(get("/", "Cookie: " + pairOf(first)))).isEqualTo(body(first));
        assertThat(distinct(12, i -> "/", i -> "A: b")).isEqualTo(3);
    }

    @Test
    void backendThatCannotBeReached_losesTheSessionToAnother() throws Exception {
        publish(roundRobin(), cookie(OnUnavailable.REBALANCE));
        String first = get("/");
        backends.get(Integer.parseInt(body(first).substring(1))).close();
        String moved = get("/", "Cookie: " + pairOf(first));
        assertThat(moved).startsWith("HTTP/1.1 200").containsIgnoringCase("set-cookie");
        assertThat(body(moved)).isNotEqualTo(body(first));
    }

    @Test
    void learntCookie_isFollowedByOneOfTheProxy() throws Exception {
        List<Backend> apps = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                apps.add(Backend.sending("HTTP/1.1 200 OK\r\nSet-Cookie: JSESSIONID=app" + i
                        + "; Path=/\r\nContent-Length: 2\r\n\r\na" + i));
            }
            Session session = new Session(new Session.LearntCookie("JSESSIONID"), OnUnavailable.REBALANCE);
            publish(roundRobin(), session, KEYS, apps);
            String first = get("/");
            Matcher cookies = COOKIE.matcher(first);
            assertThat(cookies.find()).isTrue();
            String app = cookies.group(1) + "=" + cookies.group(2);
            assertThat(cookies.find()).as(first).isTrue();
            String beside = cookies.group(1) + "=" + cookies.group(2);
            assertThat(beside).startsWith("backendpool-JSESSIONID=k1.");
            Set<String> answered = new HashSet<>();
            for (int i = 0; i < 6; i++) {
                answered.add(body(get("/", "Cookie: " + app + "; " + beside)));
            }
            assertThat(answered).containsExactly(body(first));
            // Without the application's own the other is worth nothing.
            assertThat(distinct(6, i -> "/", i -> "Cookie: JSESSIONID=stolen; " + beside))
                    .isEqualTo(3);
        } finally {
            for (Backend app : apps) {
                app.close();
            }
        }
    }

    @Test
    void learntHeader_carriesTheToken_andTheApplicationSeesItsOwnValue() throws Exception {
        List<Backend> apps = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                apps.add(Backend.sending(
                        "HTTP/1.1 200 OK\r\nX-Session: app" + i + "\r\nContent-Length: 2\r\n\r\na" + i));
            }
            Session session = new Session(new Session.LearntHeader("x-session"), OnUnavailable.REBALANCE);
            publish(roundRobin(), session, KEYS, apps);
            String first = get("/");
            Matcher told =
                    Pattern.compile("(?im)^x-session: (k1\\.[^~]+~app(\\d))\r").matcher(first);
            assertThat(told.find()).as(first).isTrue();
            for (int i = 0; i < 6; i++) {
                assertThat(body(get("/", "X-Session: " + told.group(1)))).isEqualTo(body(first));
            }
            int index = Integer.parseInt(told.group(2));
            assertThat(apps.get(index).requests.getLast()).containsIgnoringCase("x-session: app" + index + "\r\n");
            assertThat(apps.get(index).requests.getLast()).doesNotContain("~");
        } finally {
            for (Backend app : apps) {
                app.close();
            }
        }
    }

    @Test
    void sourceAddress_staysOnOneBackend_withoutACookie() throws Exception {
        publish(roundRobin(), new Session(new Session.SourceIp(32, 128), OnUnavailable.REBALANCE));
        allTheSame("/", "A: b");
        assertThat(get("/")).doesNotContainIgnoringCase("set-cookie");
    }
}
