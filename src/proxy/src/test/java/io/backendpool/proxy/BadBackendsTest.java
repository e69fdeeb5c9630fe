package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.control.BackendStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.OutlierDetection;
import io.backendpool.pool.OutlierDetection.FailurePercentage;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.Retries;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.StatusRange;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.pool.WeightOverride;
import io.backendpool.proxy.FickleBackend.Mode;
import io.backendpool.proxy.control.DataPlane.Applied;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ten backends behind two proxies at 2,000 requests a second (fewer on a machine that cannot): one turns slow, one answers
 * half of its requests with 503, one resets what connects to it, one is drained, one is added; then all is well again. What
 * it prints depends on the machine, what it asserts does not.
 */
class BadBackendsTest {
    private static final int CLIENTS_PER_PROXY = 8;
    private static final long PERIOD_NANOS = 8_000_000;
    private static final int SLOW = 0;
    private static final int HALF = 1;
    private static final int RESETTING = 2;
    private static final int DRAINED = 3;
    private static final int ADDED = 10;

    /** One of the two, and where it listens. */
    private record Running(InProcessProxy proxy, int port) {
        BackendStatus status(FickleBackend backend) {
            return proxy.dataPlane.status().backends().stream()
                    .filter(one -> one.key().equals(backend.key()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Sends requests one after the other, at its pace, until the end. */
    private final class Sender implements Runnable {
        private final int port;

        Sender(int port) {
            this.port = port;
        }

        @Override
        public void run() {
            try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(20_000);
                byte[] request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
                long next = System.nanoTime();
                while (!stopped) {
                    socket.getOutputStream().write(request);
                    String status = readStatus(socket.getInputStream());
                    sent.incrementAndGet();
                    if (!status.equals("200")) {
                        failed.incrementAndGet();
                    }
                    next += PERIOD_NANOS;
                    LockSupport.parkNanos(next - System.nanoTime());
                }
            } catch (IOException broken) {
                failed.incrementAndGet();
            }
        }

        private static String readStatus(InputStream in) throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    throw new IOException("the proxy closed the connection after: " + head);
                }
                head.append((char) next);
            }
            int length = head.indexOf("ontent-") < 0 || head.indexOf("ength: ") < 0
                    ? 0
                    : Integer.parseInt(
                            head.substring(head.indexOf("ength: ") + 7, head.indexOf("\r", head.indexOf("ength: ")))
                                    .trim());
            in.readNBytes(length);
            return head.substring(9, 12);
        }
    }

    private final List<FickleBackend> backends = new ArrayList<>();
    private final List<Running> proxies = new ArrayList<>();
    private final List<Thread> senders = new ArrayList<>();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private volatile boolean stopped;
    private long revision;

    @BeforeEach
    void start() throws Exception {
        for (int i = 0; i <= ADDED; i++) {
            backends.add(new FickleBackend());
        }
        for (int i = 0; i < 2; i++) {
            proxies.add(new Running(new InProcessProxy(1, InstantSource.system()), Backends.freePort()));
        }
    }

    @AfterEach
    void stop() throws Exception {
        stopped = true;
        for (Thread sender : senders) {
            sender.join();
        }
        for (Running running : proxies) {
            running.proxy.close();
        }
        for (FickleBackend backend : backends) {
            backend.close();
        }
    }

    private void publish(Retries retries, int count, WeightOverride... overrides) {
        revision++;
        TrafficPolicy usual = TrafficPolicy.DEFAULT;
        for (Running running : proxies) {
            PoolSnapshot snapshot = new PoolSnapshot(
                    Backends.POOL,
                    List.of(Backends.http(running.port)),
                    List.of(new BackendGroup("web", 100)),
                    backends.subList(0, count).stream()
                            .map(backend -> new Backend(backend.key(), EndpointConditions.READY, null))
                            .toList(),
                    new LoadBalancing(LoadBalancing.Policy.LEAST_REQUEST),
                    null,
                    new TrafficPolicy(usual.timeouts(), retries, usual.circuitBreaker(), usual.limits(), usual.http()),
                    List.of(),
                    null,
                    new OutlierDetection(
                            5,
                            0,
                            3,
                            3,
                            3,
                            Duration.ofMillis(500),
                            Duration.ofSeconds(2),
                            Duration.ofSeconds(60),
                            0,
                            40,
                            3,
                            10,
                            null,
                            new FailurePercentage(30),
                            0),
                    AdaptiveWeight.OFF,
                    List.of(overrides),
                    SessionKeys.NONE);
            PublishedPool pool = new PublishedPool(new Revision(revision, "sha256:00000000"), snapshot);
            assertThat(running.proxy
                            .dataPlane
                            .apply(pool, false)
                            .toCompletableFuture()
                            .join())
                    .isEqualTo(new Applied());
        }
    }

    private void send() {
        for (Running proxy : proxies) {
            for (int i = 0; i < CLIENTS_PER_PROXY; i++) {
                senders.add(Thread.ofVirtual().start(new Sender(proxy.port)));
            }
        }
    }

    /** Waits until {@code count} more requests have been answered. */
    private void pass(long count) {
        long goal = sent.get() + count;
        await().atMost(Duration.ofMinutes(2)).until(() -> sent.get() >= goal);
    }

    /** In ms. */
    private static long until(BooleanSupplier condition) {
        long start = System.nanoTime();
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(10))
                .pollDelay(Duration.ZERO)
                .until(condition::getAsBoolean);
        return (System.nanoTime() - start) / 1_000_000;
    }

    private boolean allSay(int backend, HealthState state) {
        return proxies.stream()
                .allMatch(proxy -> proxy.status(backends.get(backend)).state() == state);
    }

    private WeightOverride drain() {
        return new WeightOverride("web", backends.get(DRAINED).key(), true, 0, null, "disk full");
    }

    private void break4() {
        backends.get(SLOW).become(Mode.SLOW);
        backends.get(HALF).become(Mode.HALF_503);
        backends.get(RESETTING).become(Mode.RESET);
    }

    private static Retries retries(int attempts) {
        return new Retries(attempts, Set.of(Retries.On.RESET), List.of(new StatusRange(503, 503)), null, 100);
    }

    @Test
    void withRetries_nobodySeesAnError() {
        publish(retries(3), ADDED);
        send();
        pass(1_000);
        break4();
        long ejectedReset = until(() -> allSay(RESETTING, HealthState.EJECTED));
        long ejectedHalf = until(() -> allSay(HALF, HealthState.EJECTED));
        assertThat(proxies.getFirst().status(backends.get(HALF)).reason()).contains("ejected");
        assertThat(proxies.getFirst().status(backends.get(RESETTING)).reason()).contains("reset");
        publish(retries(3), ADDED + 1, drain());
        assertThat(allSay(DRAINED, HealthState.DRAINING)).isTrue();
        long drainedHad = backends.get(DRAINED).requests();
        long slowHad = backends.get(SLOW).requests();
        long goodHad = backends.get(5).requests();
        pass(2_000);
        // What was on its way when it was drained.
        assertThat(backends.get(DRAINED).requests() - drainedHad).isLessThanOrEqualTo(2 * CLIENTS_PER_PROXY);
        assertThat(backends.get(ADDED).requests()).isPositive();
        long slow = backends.get(SLOW).requests() - slowHad;
        long good = backends.get(5).requests() - goodHad;
        assertThat(slow).isLessThan(good);
        backends.forEach(backend -> backend.become(Mode.GOOD));
        publish(retries(3), ADDED + 1);
        long back = until(() -> allSay(HALF, HealthState.HEALTHY) && allSay(RESETTING, HealthState.HEALTHY));
        pass(1_000);
        System.out.printf(
                "with retries: %,d requests, %d failed; ejected after %d ms (resets) and %d ms (503), back after %d ms; slow %d, good %d of 2,000%n",
                sent.get(), failed.get(), ejectedReset, ejectedReset + ejectedHalf, back, slow, good);
        assertThat(failed).hasValue(0);
    }

    @Test
    void withoutRetries_errorsEndWithTheEjection() {
        publish(retries(0), ADDED);
        send();
        pass(1_000);
        assertThat(failed).hasValue(0);
        break4();
        long start = sent.get();
        until(() -> allSay(RESETTING, HealthState.EJECTED) && allSay(HALF, HealthState.EJECTED));
        long meanwhile = sent.get() - start;
        // What was on its way then has ended.
        pass(4 * CLIENTS_PER_PROXY);
        long before = failed.get();
        pass(500);
        System.out.printf("without retries: %d of %,d failed until both were ejected%n", before, meanwhile);
        assertThat(before).isPositive();
        assertThat(failed.get() - before).isLessThanOrEqualTo(20);
    }
}
