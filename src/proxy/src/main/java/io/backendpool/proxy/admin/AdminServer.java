package io.backendpool.proxy.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code /live}, {@code /ready}, {@code /metrics} and {@code /pool}. Runs on one event loop of the Vert.x that it
 * is given, which should carry no traffic.
 */
public final class AdminServer {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PATHS = """
            nothing is here; what is:
            /live     the process works
            /ready    it takes traffic; 503 with the reason where it does not
            /metrics  counters, for Prometheus
            /pool     the pool as it is served now, as JSON
            """;
    /** Nobody holds a connection to it for longer without a word. */
    private static final int IDLE_SECONDS = 60;

    private final HttpServer server;
    private final Supplier<@Nullable String> notReady;
    private final Supplier<ProxyView> view;

    /**
     * Made, not yet listening.
     *
     * @param notReady why the proxy takes no traffic, null: it does; asked for each {@code /ready}
     * @param view asked for each {@code /metrics} and {@code /pool}; must not block
     */
    public AdminServer(Vertx vertx, Supplier<@Nullable String> notReady, Supplier<ProxyView> view) {
        this.notReady = notReady;
        this.view = view;
        this.server = vertx.createHttpServer(new HttpServerOptions().setIdleTimeout(IDLE_SECONDS))
                .requestHandler(this::handle);
    }

    /** Binds; port 0 picks a free one. The future has the real one. */
    public Future<Integer> listen(String host, int port) {
        return server.listen(port, host).map(HttpServer::actualPort);
    }

    /** Closes the port and its connections. */
    public Future<Void> close() {
        return server.close();
    }

    private void handle(HttpServerRequest request) {
        try {
            if (!request.method().equals(HttpMethod.GET) && !isHead(request)) {
                request.response().putHeader("Allow", "GET, HEAD");
                answer(request, 405, TEXT, request.method() + " is not served here (expected: GET)\n");
                return;
            }
            route(request);
        } catch (RuntimeException e) {
            LOG.error("admin: {} failed", request.path(), e);
            if (!request.response().headWritten()) {
                answer(request, 500, TEXT, "this answer could not be made; the log says why\n");
            }
        }
    }

    private void route(HttpServerRequest request) {
        switch (request.path()) {
            case "/live" -> answer(request, 200, TEXT, "live\n");
            case "/ready" -> {
                String reason = notReady.get();
                answer(request, reason == null ? 200 : 503, TEXT, (reason == null ? "ready" : reason) + "\n");
            }
            case "/metrics" -> answer(request, 200, MetricsPage.CONTENT_TYPE, MetricsPage.of(view.get()));
            case "/pool" -> answer(request, 200, "application/json", PoolPage.of(view.get()));
            case null, default -> answer(request, 404, TEXT, PATHS);
        }
    }

    private static void answer(HttpServerRequest request, int status, String type, String body) {
        HttpServerResponse response = request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", type)
                .putHeader("Cache-Control", "no-store");
        if (isHead(request)) {
            response.end();
        } else {
            response.end(body);
        }
    }

    private static boolean isHead(HttpServerRequest request) {
        return request.method().equals(HttpMethod.HEAD);
    }
}
