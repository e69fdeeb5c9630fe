package io.backendpool.proxy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.backendpool.control.LastKnownGood;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.SnapshotDigest;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.StatusRange;
import io.backendpool.proxy.warmup.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * Real backends on loopback, each of which answers with its number, and pools of them. {@code /slow} is answered when
 * {@link #letSlowOnesGo} says so.
 */
final class Backends implements AutoCloseable {
    static final PoolId POOL = new PoolId("shop", "web");

    private final List<HttpServer> servers = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicIntegerArray statuses;
    private final CountDownLatch slowArrived = new CountDownLatch(1);
    private final CountDownLatch slowMayGo = new CountDownLatch(1);

    Backends(int count) throws IOException {
        statuses = new AtomicIntegerArray(count);
        for (int i = 0; i < count; i++) {
            statuses.set(i, 200);
            int number = i;
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 128);
            server.setExecutor(threads);
            server.createContext("/", exchange -> answer(exchange, statuses.get(number), "backend " + number));
            server.createContext("/slow", this::answerSlowly);
            server.start();
            servers.add(server);
        }
    }

    PublishedPool pool(long revision, Listener... listeners) {
        return published(revision, POOL, null, listeners);
    }

    PublishedPool probedPool(long revision, Listener... listeners) {
        HealthCheck.HttpProbe probe = new HealthCheck.HttpProbe("/healthz", null, List.of(new StatusRange(200, 299)));
        return published(
                revision,
                POOL,
                new HealthCheck(probe, null, Duration.ofMillis(500), Duration.ofMillis(480), 1, 2),
                listeners);
    }

    PublishedPool published(long revision, PoolId id, @Nullable HealthCheck check, Listener... listeners) {
        List<Backend> backends = servers.stream()
                .map(server -> new Backend(
                        new BackendKey("web", "127.0.0.1", server.getAddress().getPort()),
                        EndpointConditions.READY,
                        null))
                .toList();
        PoolSnapshot snapshot = new PoolSnapshot(
                id,
                List.of(listeners),
                List.of(new BackendGroup("web", 100)),
                backends,
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                check);
        return new PublishedPool(new Revision(revision, SnapshotDigest.of(snapshot)), snapshot);
    }

    static Listener http(int port) {
        return new Listener("http", port, Listener.Protocol.HTTP);
    }

    /** A file that a proxy can start from without an operator. */
    static Path bootstrap(Path folder, PublishedPool pool) throws IOException {
        Path file = folder.resolve("bootstrap");
        LastKnownGood.write(file, pool);
        return file;
    }

    /** From now on backend {@code index} answers with {@code status}; 200 again: as at first. */
    void answerWith(int index, int status) {
        statuses.set(index, status);
    }

    BackendKey key(int index) {
        return new BackendKey(
                "web", "127.0.0.1", servers.get(index).getAddress().getPort());
    }

    boolean slowRequestArrives() throws InterruptedException {
        return slowArrived.await(10, TimeUnit.SECONDS);
    }

    void letSlowOnesGo() {
        slowMayGo.countDown();
    }

    void stop(int index) {
        servers.get(index).stop(0);
    }

    private void answerSlowly(HttpExchange exchange) throws IOException {
        slowArrived.countDown();
        try {
            if (!slowMayGo.await(20, TimeUnit.SECONDS)) {
                throw new IOException("nobody let it go");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        answer(exchange, 200, "slow");
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        letSlowOnesGo();
        servers.forEach(server -> server.stop(0));
        threads.shutdownNow();
    }

    /** A port that was free a moment ago. */
    static int freePort() {
        try {
            return FreePorts.next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
