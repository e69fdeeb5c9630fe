package io.backendpool.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A backend that answers with its name. It can die and come back on its port. Any thread. */
final class TestBackend implements AutoCloseable {
    final String name;
    final int port;
    final AtomicLong requests = new AtomicLong();
    private @Nullable HttpServer server;
    private @Nullable ExecutorService threads;

    private TestBackend(String name, int port) {
        this.name = name;
        this.port = port;
    }

    static TestBackend start(String name) throws IOException {
        TestBackend backend = new TestBackend(name, Ports.free());
        backend.start();
        return backend;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    void start() throws IOException {
        HttpServer started = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_024);
        ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
        started.setExecutor(workers);
        started.createContext("/healthz", exchange -> answer(exchange, "ok"));
        started.createContext("/", exchange -> {
            requests.incrementAndGet();
            answer(exchange, name);
        });
        started.start();
        server = started;
        threads = workers;
    }

    /** Dies at once: connections that are open are cut. */
    void die() {
        if (server != null) {
            server.stop(0);
            server = null;
        }
        if (threads != null) {
            threads.shutdownNow();
            threads = null;
        }
    }

    @Override
    public void close() {
        die();
    }

    private void answer(HttpExchange exchange, String body) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("X-Backend", name);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
