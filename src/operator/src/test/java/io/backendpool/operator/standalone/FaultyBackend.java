package io.backendpool.operator.standalone;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A backend on loopback that can be in each of the ways a backend is in. Any thread. */
final class FaultyBackend implements AutoCloseable {
    /** What it is probed by. */
    static final String HEALTH = "/health";

    private static final long SLOW_NANOS = 3_000_000_000L;

    /** How it is. */
    enum Mode {
        WELL,
        /** Answers 503 to whatever is asked. */
        SICK,
        /** Answers long after any timeout. */
        SLOW,
        /** Refuses connections. */
        DEAD
    }

    /** Answers 500 to all but the probes. */
    volatile boolean failsRequests;

    private final int port;
    private volatile Mode mode = Mode.WELL;
    private @Nullable HttpServer server;

    FaultyBackend() throws IOException {
        server = listen(0);
        port = server.getAddress().getPort();
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    Mode mode() {
        return mode;
    }

    void become(Mode next) throws IOException {
        mode = next;
        HttpServer running = server;
        if (next == Mode.DEAD && running != null) {
            running.stop(0);
            server = null;
        } else if (next != Mode.DEAD && running == null) {
            server = listen(port);
        }
    }

    private HttpServer listen(int wanted) throws IOException {
        HttpServer made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 512);
        made.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        made.createContext("/", exchange -> {
            if (mode == Mode.SLOW) {
                LockSupport.parkNanos(SLOW_NANOS);
            }
            boolean isProbe = exchange.getRequestURI().getPath().equals(HEALTH);
            int status = mode == Mode.SICK ? 503 : !isProbe && failsRequests ? 500 : 200;
            try (exchange) {
                exchange.sendResponseHeaders(status, -1);
            }
        });
        made.start();
        return made;
    }

    @Override
    public void close() {
        HttpServer running = server;
        if (running != null) {
            running.stop(0);
        }
    }
}
