package io.backendpool.operator.cluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code /live}, {@code /ready} and {@code /metrics} of the operator, for kubelets and Prometheus. */
final class AdminServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(
            2, Thread.ofPlatform().daemon().name("admin-", 0).factory());

    /**
     * Listens.
     *
     * @param notReady why it is not; null: it is
     * @throws IOException the address cannot be bound; the message names it
     */
    AdminServer(String host, int port, Supplier<@Nullable String> notReady, PrometheusMeterRegistry meters)
            throws IOException {
        try {
            server = HttpServer.create(new InetSocketAddress(host, port), 0);
        } catch (IOException failed) {
            throw new IOException(
                    "admin: cannot listen on %s port %d: %s".formatted(host, port, failed.getMessage()), failed);
        }
        server.setExecutor(threads);
        server.createContext("/live", exchange -> answer(exchange, 200, "text/plain", "live\n"));
        server.createContext("/ready", exchange -> {
            String reason = notReady.get();
            answer(exchange, reason == null ? 200 : 503, "text/plain", reason == null ? "ready\n" : reason + "\n");
        });
        server.createContext(
                "/metrics",
                exchange -> answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", meters.scrape()));
        server.start();
    }

    /** The port that it listens on. */
    int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
