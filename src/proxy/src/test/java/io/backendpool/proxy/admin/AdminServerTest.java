package io.backendpool.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.control.BackendStatus;
import io.backendpool.control.ProxyStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.Seat;
import io.backendpool.control.Traffic;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolMode;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.health.AgentState;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.EffectiveWeights;
import io.backendpool.proxy.control.ControlState;
import io.backendpool.proxy.traffic.Handshake;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.traffic.StatusCounts;
import io.backendpool.proxy.traffic.StreamTotals;
import io.backendpool.proxy.traffic.TrafficTotals;
import io.backendpool.proxy.traffic.TrafficTotals.BackendTotals;
import io.backendpool.proxy.traffic.TrafficTotals.LatencyBucket;
import io.backendpool.proxy.upstream.LivePool;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AdminServerTest {
    private static final Instant START = Instant.parse("2026-01-31T08:15:30Z");

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpClient client = HttpClient.newHttpClient();
    private final AdminServer server = new AdminServer(vertx, () -> this.notReady, () -> this.view());
    private volatile @Nullable String notReady;
    private volatile @Nullable LivePool live;
    private volatile @Nullable Seat seat;
    private volatile List<AgentState> agents = List.of();
    private volatile ProxyStatus status = ProxyStatus.NONE;
    private volatile Map<BackendKey, BackendTotals> backendTotals = Map.of();
    private int port;

    @BeforeEach
    void listen() throws Exception {
        port = server.listen("127.0.0.1", 0)
                .toCompletionStage()
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }

    @Test
    void live_whileTheProcessWorks_is200() throws Exception {
        notReady = "draining";
        assertThat(get("/live").statusCode()).isEqualTo(200);
    }

    @Test
    void ready_says200Or503WithTheReason() throws Exception {
        assertThat(get("/ready").statusCode()).isEqualTo(200);
        notReady = "warming up the request path";
        HttpResponse<String> answer = get("/ready");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("warming up the request path\n");
    }

    @Test
    void otherPath_is404_andListsWhatThereIs() throws Exception {
        HttpResponse<String> answer = get("/health?x=1");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("/live", "/ready", "/metrics", "/pool");
    }

    @Test
    void otherMethod_is405_andHeadHasNoBody() throws Exception {
        HttpResponse<String> posted =
                client.send(request("/ready").POST(BodyPublishers.ofString("x")).build(), BodyHandlers.ofString());
        assertThat(posted.statusCode()).isEqualTo(405);
        assertThat(posted.headers().firstValue("Allow")).contains("GET, HEAD");

        HttpResponse<String> head = client.send(
                request("/ready").method("HEAD", BodyPublishers.noBody()).build(), BodyHandlers.ofString());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void pool_beforeTheFirst_saysThatThereIsNone() throws Exception {
        notReady = "no complete revision is live yet";
        JsonObject page = new JsonObject(get("/pool").body());
        assertThat(page.getBoolean("ready")).isFalse();
        assertThat(page.getString("notReady")).isEqualTo("no complete revision is live yet");
        assertThat(page.containsKey("backends")).isFalse();
        assertThat(page.getJsonObject("control").getString("error")).isEqualTo("operator: connection refused");
    }

    @Test
    void pool_saysTheSeat_onceItWasDealt() throws Exception {
        assertThat(new JsonObject(get("/pool").body()).getJsonObject("seat")).isNull();
        seat = new Seat(3, 10);
        assertThat(new JsonObject(get("/pool").body()).getJsonObject("seat"))
                .isEqualTo(new JsonObject().put("index", 3).put("count", 10));
    }

    @Test
    void pool_showsEachBackendAsTheStatusDoes() throws Exception {
        serve(2);
        HttpResponse<String> answer = get("/pool");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        JsonObject page = new JsonObject(answer.body());
        assertThat(page.getString("pool")).isEqualTo("shop/web");
        assertThat(page.getJsonObject("revision").getLong("number")).isEqualTo(12);
        assertThat(page.getBoolean("stale")).isTrue();
        assertThat(page.getString("transport")).isEqualTo("epoll");
        assertThat(page.getString("tls")).isEqualTo("boringssl");
        assertThat(page.getJsonArray("listeners").getJsonObject(0).getInteger("port"))
                .isEqualTo(8080);
        JsonObject backend = page.getJsonArray("backends").getJsonObject(1);
        assertThat(backend)
                .isEqualTo(new JsonObject()
                        .put("group", "stable")
                        .put("address", "10.0.0.1:2")
                        .put("origin", "pod-1")
                        .put("health", "Unhealthy")
                        .put("reason", "HTTP 503, 3 of 3 probes")
                        .put("since", "2026-01-31T08:15:30Z")
                        .put("effectiveWeight", 0.5)
                        .put("inFlight", 1)
                        .put("windowRequests", 10)
                        .put("minuteRequests", 60)
                        .put("adaptation", "90 %: 20 % slower than the pool"));
        assertThat(page.getJsonArray("backends").getJsonObject(0).containsKey("adaptation"))
                .isFalse();
        assertThat(page.getJsonObject("mode"))
                .isEqualTo(new JsonObject()
                        .put("kind", "Panic")
                        .put("priority", 0)
                        .put("sentence", "1 of 3 backends healthy, below 50 %: all are tried"));
        assertThat(page.getJsonArray("notes")).containsExactly("group stable: weight 5 by an override, 90 declared");
        assertThat(page.getJsonObject("traffic").getDouble("p99Millis")).isEqualTo(1.5);
    }

    @Test
    void metrics_areInPrometheusFormat_eachNameOnce() throws Exception {
        serve(2);
        HttpResponse<String> answer = get("/metrics");
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        List<String> lines = answer.body().lines().toList();
        assertThat(lines)
                .allMatch(line -> line.startsWith("# HELP ")
                        || line.startsWith("# TYPE ")
                        || line.matches("[a-z_]+(\\{([a-z]+=\"[^\"]*\",?)+})? [-+0-9.eEInf]+"));
        List<String> types =
                lines.stream().filter(line -> line.startsWith("# TYPE ")).toList();
        assertThat(types).doesNotHaveDuplicates();
        assertThat(lines)
                .contains(
                        "backendpool_proxy_info{pool=\"shop/web\",proxy=\"p-1\",version=\"1.0\",transport=\"epoll\",tls=\"boringssl\"} 1",
                        "backendpool_tls_handshakes_total{result=\"not_tls\"} 7",
                        "backendpool_revision 12",
                        "backendpool_stale 1",
                        "backendpool_control_connected 0",
                        "backendpool_ready 1",
                        "backendpool_event_loops 2",
                        "backendpool_requests_total{code=\"2xx\"} 90",
                        "backendpool_requests_total{code=\"none\"} 1",
                        "backendpool_request_outcomes_total{outcome=\"answered\"} 90",
                        "backendpool_request_outcomes_total{outcome=\"client_gone\"} 0",
                        "backendpool_request_duration_seconds_bucket{le=\"0.005\"} 80",
                        "backendpool_request_duration_seconds_bucket{le=\"+Inf\"} 100",
                        "backendpool_request_duration_seconds_sum 1.25",
                        "backendpool_request_duration_seconds_count 100",
                        "backendpool_retries_total 4",
                        "backendpool_limit_hits_total{limit=\"head_bytes\"} 0",
                        "backendpool_probes_total{result=\"success\"} 7",
                        "backendpool_probes_total{result=\"failure\"} 3",
                        "backendpool_backends{group=\"stable\",state=\"unhealthy\"} 1",
                        "backendpool_backend_healthy{group=\"stable\",backend=\"10.0.0.1:1\"} 1",
                        "backendpool_backend_healthy{group=\"stable\",backend=\"10.0.0.1:2\"} 0",
                        "backendpool_backend_effective_weight{group=\"stable\",backend=\"10.0.0.1:2\"} 0.5",
                        "backendpool_backend_in_flight{group=\"stable\",backend=\"10.0.0.1:2\"} 1",
                        "backendpool_backend_requests_total{group=\"stable\",backend=\"10.0.0.1:1\",code=\"2xx\"} 5");
    }

    @Test
    void metrics_ofALargePool_areOneLineAGroup() throws Exception {
        serve(BackendMetrics.MAX_BACKENDS + 1);
        String page = get("/metrics").body();
        assertThat(page.lines())
                .contains(
                        "backendpool_backend_healthy{group=\"stable\",backend=\"*\"} 1000",
                        "backendpool_backend_effective_weight{group=\"stable\",backend=\"*\"} 500.5",
                        "backendpool_backend_requests_total{group=\"stable\",backend=\"*\",code=\"2xx\"} 5005");
        assertThat(page).doesNotContain("10.0.0.1");
    }

    @Test
    void labelValue_withQuotes_isEscaped() {
        assertThat(new MetricsText()
                        .gauge("m", "Help.")
                        .sample(1, "l", "a\"b\\c\nd")
                        .toString())
                .endsWith("m{l=\"a\\\"b\\\\c\\nd\"} 1\n");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), BodyHandlers.ofString());
    }

    @Test
    void agents_areShownAsTheySpoke_andCounted() throws Exception {
        serve(3);
        assertThat(get("/metrics").body())
                .contains(
                        "backendpool_agent_checks_total{result=\"understood\"} 5",
                        "backendpool_agent_checks_total{result=\"rubbish\"} 2",
                        "backendpool_agent_checks_total{result=\"silent\"} 1")
                .doesNotContain("backendpool_backends_by_agent");
        assertThat(backend(0).containsKey("agent")).isFalse();

        agents = List.of(
                AgentState.UNHEARD.hear("75%"),
                AgentState.UNHEARD.hear("drain").hear("<html>"),
                AgentState.UNHEARD.hear("drain down # disk full"));
        assertThat(get("/metrics").body())
                .contains(
                        "backendpool_backends_by_agent{group=\"stable\",says=\"ready\"} 1",
                        "backendpool_backends_by_agent{group=\"stable\",says=\"drain\"} 1",
                        "backendpool_backends_by_agent{group=\"stable\",says=\"maint\"} 0",
                        "backendpool_backends_by_agent{group=\"stable\",says=\"down\"} 1",
                        "backendpool_agents_in_doubt{group=\"stable\"} 1",
                        "backendpool_backend_agent_weight_percent{group=\"stable\",backend=\"10.0.0.1:1\"} 75",
                        "backendpool_backend_agent_weight_percent{group=\"stable\",backend=\"10.0.0.1:2\"} 100");
        assertThat(backend(0).getJsonObject("agent"))
                .isEqualTo(new JsonObject()
                        .put("says", "ready")
                        .put("weightPercent", 75)
                        .putNull("down")
                        .putNull("complaint"));
        assertThat(backend(1).getJsonObject("agent").getString("complaint"))
                .isEqualTo("agent said \"<html>\" (expected: 75%, ready, drain, maint, up or down)");
        assertThat(backend(2).getJsonObject("agent").getString("down")).isEqualTo("disk full");
    }

    private JsonObject backend(int index) throws Exception {
        return new JsonObject(get("/pool").body()).getJsonArray("backends").getJsonObject(index);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    /** A pool of {@code count} backends, the last of which is unhealthy. */
    private void serve(int count) {
        List<Backend> backends = IntStream.rangeClosed(1, count)
                .mapToObj(i -> new Backend(
                        new BackendKey("stable", "10.0.0.1", i), EndpointConditions.READY, "pod-" + (i - 1)))
                .toList();
        PoolSnapshot snapshot = new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(new Listener("http", 8080, Listener.Protocol.HTTP)),
                List.of(new BackendGroup("stable", 1)),
                backends,
                new LoadBalancing(LoadBalancing.Policy.RANDOM),
                null);
        List<BackendHealth> health = backends.stream()
                .map(backend -> BackendHealth.initial(backend.conditions(), null, START))
                .toList();
        EffectiveWeights weights = EffectiveWeights.of(
                snapshot, health.stream().map(BackendHealth::state).toList());
        live = new LivePool(new PublishedPool(new Revision(12, "sha256:3fa9c1d2"), snapshot), health, weights, true);
        backendTotals = snapshot.backends().stream()
                .collect(Collectors.toMap(
                        Backend::key,
                        key -> new BackendTotals(
                                new StatusCounts(0, 0, 5, 0, 0, 1),
                                0,
                                1,
                                List.of(new LatencyBucket(0.001024, 4), new LatencyBucket(Double.POSITIVE_INFINITY, 5)),
                                0.5)));
        status = new ProxyStatus(
                true,
                snapshot.backends().stream()
                        .map(backend -> status(backend.key(), backend.key().port() == count))
                        .toList(),
                new Traffic(10_000, 20, 0, 1.5, 101, 3),
                new PoolMode(PoolMode.Kind.PANIC, 0, "1 of 3 backends healthy, below 50 %: all are tried"),
                List.of("group stable: weight 5 by an override, 90 declared"));
    }

    private static BackendStatus status(BackendKey key, boolean unhealthy) {
        return unhealthy
                ? new BackendStatus(
                        key,
                        HealthState.UNHEALTHY,
                        "HTTP 503, 3 of 3 probes",
                        START,
                        0.5,
                        1,
                        10,
                        60,
                        "90 %: 20 % slower than the pool",
                        false)
                : new BackendStatus(key, HealthState.HEALTHY, "probes succeed", START, 0.5, 1, 10);
    }

    private ProxyView view() {
        TrafficTotals totals = new TrafficTotals(
                new StatusCounts(1, 0, 90, 0, 6, 4),
                2,
                Map.of(Outcome.ANSWERED, 90L),
                backendTotals,
                4,
                3,
                1000,
                2000,
                List.of(new LatencyBucket(0.005, 80), new LatencyBucket(Double.POSITIVE_INFINITY, 100)),
                1.25,
                Map.of(),
                1,
                2,
                98,
                Map.of(Handshake.NOT_TLS, 7L),
                3,
                30,
                new StreamTotals(Map.of(), 0, 0));
        return new ProxyView(
                new ProxyView.Identity(new PoolId("shop", "web"), "p-1", "1.0", "epoll", "boringssl", 2, START),
                notReady,
                live,
                status,
                new ControlState(false, true, START, "operator: connection refused", null, seat),
                totals,
                new ProxyView.AccessLogCounts(5, 1),
                new ProxyView.ProbeCounts(7, 3, 5, 2, 1),
                agents);
    }
}
