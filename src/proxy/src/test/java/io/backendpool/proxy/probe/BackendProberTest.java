package io.backendpool.proxy.probe;

import static io.backendpool.proxy.probe.FakeTime.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.BackendGroup.ProxyProtocol;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HealthCheck.TcpProbe;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Time stands still but where a test moves it. */
final class BackendProberTest {
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
    private static final Inquiry<ProbeResult> INQUIRY = new Inquiry<>(
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1),
            ProxyProtocol.NONE,
            null,
            Duration.ofSeconds(1),
            TlsConversation::new);

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final FakeTime time = new FakeTime();
    private final ProbeSlots slots = new ProbeSlots(time, time::now);
    private final List<Long> starts = new ArrayList<>();
    private final List<Runnable> hanging = new ArrayList<>();
    private long latency = SECOND / 1_000;
    private boolean hangs;
    private int open;
    private int mostOpen;

    /** Answers after {@link #latency}. */
    private final class FakeNetwork implements Asker {
        @Override
        public <R> void ask(Inquiry<R> inquiry, Consumer<R> told, Runnable ended) {
            starts.add(time.now());
            open++;
            mostOpen = Math.max(mostOpen, open);
            Runnable answer = () -> {
                told.accept(inquiry.conversation().get().failed("HTTP 503"));
                open--;
                ended.run();
            };
            if (hangs) {
                hanging.add(answer);
            } else {
                time.in(latency, answer);
            }
        }
    }

    private final BackendProber.Means means =
            new BackendProber.Means(new FakeNetwork(), time, slots, time::now, random);

    private BackendProber<ProbeResult> prober(Supplier<Duration> interval, int jitter, double first) {
        return new BackendProber<>(
                means, INQUIRY, new BackendProber.Pace(interval, jitter, first), result -> assertThat(result)
                        .isNotNull());
    }

    /** How many probes start in each twentieth of the interval that begins at {@code from}. */
    private List<Integer> histogram(long from) {
        int[] counts = new int[20];
        long width = TEN_SECONDS.toNanos() / counts.length;
        for (long start : starts) {
            if (start >= from && start < from + TEN_SECONDS.toNanos()) {
                counts[(int) ((start - from) / width)]++;
            }
        }
        return Arrays.stream(counts).boxed().toList();
    }

    private void start(int backends, int jitter) {
        slots.resize(new HealthCheck(new TcpProbe(), null, TEN_SECONDS, Duration.ofSeconds(1), 1, 1), backends);
        Spread spread = new Spread();
        for (int i = 0; i < backends; i++) {
            prober(() -> TEN_SECONDS, jitter, spread.next()).start();
        }
    }

    @Test
    void tenThousand_areAskedAtOnce_andSpreadEvenlyFromTheSecondTimeOn() {
        start(10_000, 0);
        time.runUntil(60 * SECOND);
        assertThat(histogram(0).getFirst()).as("the first time").isGreaterThanOrEqualTo(10_000);
        for (long from : new long[] {10 * SECOND, 40 * SECOND}) {
            assertThat(histogram(from)).allSatisfy(count -> assertThat(count).isBetween(485, 515));
        }
    }

    @Test
    void jitter_keepsThemSpread() {
        start(10_000, 20);
        // Long enough that the jitters have added up to the whole interval: before, where they began still shows.
        time.runUntil(600 * SECOND);
        // 11 s from start to start in the mean: 455 in each twentieth, give or take 5 deviations of 21.
        assertThat(histogram(580 * SECOND)).as("seed %d", seed).allSatisfy(count -> assertThat(count)
                .isBetween(350, 560));
    }

    @Test
    void jitter_isAddedToTheInterval_upToItsPercents() {
        prober(() -> TEN_SECONDS, 20, 1).start();
        time.runUntil(100_000 * SECOND);
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 2; i < starts.size(); i++) {
            least = Math.min(least, starts.get(i) - starts.get(i - 1));
            most = Math.max(most, starts.get(i) - starts.get(i - 1));
        }
        assertThat(least).as("seed %d", seed).isBetween(10 * SECOND, 10 * SECOND + SECOND / 50);
        assertThat(most).as("seed %d", seed).isBetween(12 * SECOND - SECOND / 50, 12 * SECOND);
    }

    @Test
    void interval_isLookedUpAfterEachAnswer_andRunsFromStartToStart() {
        Duration[] interval = {TEN_SECONDS};
        prober(() -> interval[0], 0, 0.5).start();
        time.runUntil(6 * SECOND);
        interval[0] = Duration.ofSeconds(1);
        time.runUntil(18 * SECOND);
        assertThat(starts).containsExactly(0L, 5 * SECOND, 15 * SECOND, 16 * SECOND, 17 * SECOND, 18 * SECOND);
    }

    @Test
    void hangingBackends_haveNoMoreProbesUnderWayThanSlots() {
        hangs = true;
        for (int i = 0; i < 1_000; i++) {
            prober(() -> TEN_SECONDS, 0, 1).start();
        }
        for (int i = 0; i < 1_000; i++) {
            hanging.get(i).run();
        }
        assertThat(starts).hasSize(1_000);
        assertThat(mostOpen).isEqualTo(ProbeSlots.MIN_SLOTS);
    }

    @Test
    void stoppedProber_tellsNothing_andGivesItsSlotBack() {
        BackendProber<ProbeResult> stopped =
                new BackendProber<>(means, INQUIRY, new BackendProber.Pace(() -> TEN_SECONDS, 0, 1), result -> {
                    throw new AssertionError("told");
                });
        stopped.start();
        stopped.stop();
        time.runUntil(60 * SECOND);
        assertThat(starts).hasSize(1);
        assertThat(open).isZero();
    }

    @Test
    void spread_leavesNoGap_howeverManyAsk() {
        for (int n : new int[] {1, 2, 3, 10, 1_000, 9_999}) {
            Spread spread = new Spread();
            double[] parts = new double[n + 1];
            for (int i = 0; i < n; i++) {
                parts[i] = spread.next();
            }
            Arrays.sort(parts);
            for (int i = 1; i <= n; i++) {
                assertThat(parts[i] - parts[i - 1]).isLessThan(3.0 / n);
            }
            assertThat(parts[n]).isLessThanOrEqualTo(1);
        }
    }
}
