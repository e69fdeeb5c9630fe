package io.backendpool.e2e;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Steady requests over a few keep-alive connections until closed. A failure is anything but a 200: a refused or cut
 * connection, a truncated body, another status. Bounded by {@link #MAX_REQUESTS}.
 */
final class Load implements AutoCloseable {
    private static final int CONNECTIONS = 8;
    private static final long PAUSE_NANOS = 2_000_000;
    private static final long MAX_REQUESTS = 500_000;

    private final int port;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong succeeded = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicLong> byBackend = new ConcurrentHashMap<>();
    private volatile boolean ended;

    private Load(int port) {
        this.port = port;
    }

    static Load start(int port) {
        Load load = new Load(port);
        for (int i = 0; i < CONNECTIONS; i++) {
            load.threads.add(Thread.ofVirtual().start(load::run));
        }
        return load;
    }

    long succeeded() {
        return succeeded.get();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Requests that this backend has answered since the start. */
    long of(String backend) {
        return byBackend.getOrDefault(backend, new AtomicLong()).get();
    }

    private void run() {
        while (!ended && succeeded.get() < MAX_REQUESTS && failures.size() < 1_000) {
            try (HttpConnection connection = new HttpConnection(port)) {
                useUntilItCloses(connection);
            } catch (IOException | RuntimeException e) {
                if (!ended) {
                    failures.add(e.toString());
                }
                LockSupport.parkNanos(50_000_000);
            }
        }
    }

    private void useUntilItCloses(HttpConnection connection) throws IOException {
        while (!ended) {
            HttpConnection.Response response = connection.get("/load");
            if (response.status() != 200) {
                failures.add(response.status() + " " + response.body().strip());
            } else {
                succeeded.incrementAndGet();
                byBackend
                        .computeIfAbsent(response.headers().getOrDefault("x-backend", "?"), name -> new AtomicLong())
                        .incrementAndGet();
            }
            if (response.closes()) {
                return;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public void close() {
        ended = true;
        for (Thread thread : threads) {
            try {
                thread.join(5_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
