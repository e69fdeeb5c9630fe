package io.backendpool.proxy.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.BackendKey;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class TrafficRecorderTest {
    private static final long SECOND = 1_000_000_000L;
    private static final BackendKey KEY = new BackendKey("web", "10.0.0.7", 8080);

    private final AtomicLong clock = new AtomicLong(-5 * SECOND);
    private final TrafficRecorder recorder = new TrafficRecorder(clock::get);

    private static void end(LoopTraffic loop, int status, long millis) {
        long now = loop.now();
        loop.ended(Outcome.ANSWERED, status, false, now, now + millis * 1_000_000);
    }

    @Test
    void window_forgetsAfterTenSeconds_totalsDoNot() {
        LoopTraffic one = recorder.addLoop();
        LoopTraffic two = recorder.addLoop();
        end(one, 200, 1);
        end(two, 503, 1);
        assertThat(recorder.traffic().windowRequests()).isEqualTo(2);
        clock.addAndGet(10 * SECOND);
        assertThat(recorder.traffic().windowRequests()).isEqualTo(2);
        clock.addAndGet(SECOND);
        end(one, 204, 1);
        assertThat(recorder.traffic().windowRequests()).isEqualTo(1);
        assertThat(recorder.traffic().totalRequests()).isEqualTo(3);
        assertThat(recorder.totals().requests()).isEqualTo(new StatusCounts(0, 0, 2, 0, 0, 1));
    }

    @Test
    void window_isReusedAfterAnyPause() {
        LoopTraffic loop = recorder.addLoop();
        for (int i = 0; i < 100; i++) {
            end(loop, 200, 1);
            clock.addAndGet(SECOND * (1 + i % 3));
        }
        clock.addAndGet(1000 * SECOND);
        assertThat(recorder.traffic().windowRequests()).isZero();
        end(loop, 200, 1);
        assertThat(recorder.traffic().windowRequests()).isEqualTo(1);
    }

    @Test
    void minuteOfABackend_forgetsAfterAMinuteAndTenSeconds() {
        LoopTraffic loop = recorder.addLoop();
        loop.backend(KEY).started(loop.now());
        clock.addAndGet(69 * SECOND);
        loop.backend(KEY).started(loop.now());
        assertThat(recorder.minuteRequests(KEY)).isEqualTo(2);
        assertThat(recorder.windowRequests(KEY)).isEqualTo(1);
        clock.addAndGet(SECOND);
        assertThat(recorder.minuteRequests(KEY)).isEqualTo(1);
        clock.addAndGet(1000 * SECOND);
        assertThat(recorder.minuteRequests(KEY)).isZero();
        loop.backend(KEY).started(loop.now());
        assertThat(recorder.minuteRequests(KEY)).isEqualTo(1);
    }

    @Test
    void windowLength_growsToTenSeconds() {
        assertThat(recorder.traffic().windowMillis()).isEqualTo(1);
        clock.addAndGet(4 * SECOND);
        assertThat(recorder.traffic().windowMillis()).isEqualTo(4000);
        clock.addAndGet(60 * SECOND);
        assertThat(recorder.traffic().windowMillis()).isEqualTo(10_000);
    }

    @Test
    void p99_isOfTheWindow() {
        LoopTraffic loop = recorder.addLoop();
        for (int i = 0; i < 98; i++) {
            end(loop, 200, 1);
        }
        end(loop, 200, 100);
        end(loop, 200, 100);
        assertThat(recorder.traffic().p99Millis()).isBetween(100.0, 104.0);
        clock.addAndGet(30 * SECOND);
        assertThat(recorder.traffic().p99Millis()).isZero();
    }

    @Test
    void proxyErrors_areThe5xxOfTheProxyItself() {
        LoopTraffic loop = recorder.addLoop();
        loop.ended(Outcome.REFUSED, 400, true, 0, 1);
        loop.ended(Outcome.NO_BACKEND, 503, true, 0, 1);
        loop.ended(Outcome.ANSWERED, 500, false, 0, 1);
        assertThat(recorder.traffic().windowErrors()).isEqualTo(1);
        assertThat(recorder.totals().proxyErrors()).isEqualTo(1);
        assertThat(recorder.totals().outcomes()).containsEntry(Outcome.NO_BACKEND, 1L);
    }

    @Test
    void backends_addUpOverLoops_andOutliveTheBackend() {
        LoopTraffic one = recorder.addLoop();
        LoopTraffic two = recorder.addLoop();
        one.backend(KEY).started(one.now());
        two.backend(KEY).started(two.now());
        two.backend(KEY).ended(200, 0, 2_000_000);
        assertThat(one.forget(KEY)).isFalse();

        assertThat(recorder.inFlight(KEY)).isEqualTo(1);
        assertThat(recorder.windowRequests(KEY)).isEqualTo(2);
        assertThat(recorder.minuteRequests(KEY)).isEqualTo(2);
        one.backend(KEY).ended(0, 0, 5);
        TrafficTotals.BackendTotals totals =
                Objects.requireNonNull(recorder.totals().backends().get(KEY));
        assertThat(totals.requests()).isEqualTo(new StatusCounts(1, 0, 1, 0, 0, 0));
        assertThat(totals.inFlight()).isZero();
        assertThat(totals.latency())
                .startsWith(new TrafficTotals.LatencyBucket(0.001024, 0), new TrafficTotals.LatencyBucket(0.004096, 1))
                .endsWith(new TrafficTotals.LatencyBucket(Double.POSITIVE_INFINITY, 1));
        assertThat(totals.latencySumSeconds()).isEqualTo(0.002);
        assertThat(one.forget(KEY)).isTrue();
        assertThat(two.forget(KEY)).isTrue();
        assertThat(recorder.totals().backends()).isEmpty();
        assertThat(recorder.inFlight(KEY)).isZero();
    }

    @Test
    void latencyBuckets_areCumulative() {
        LoopTraffic loop = recorder.addLoop();
        end(loop, 200, 3);
        end(loop, 200, 30);
        end(loop, 200, 300_000);
        TrafficTotals totals = recorder.totals();
        assertThat(totals.latency())
                .filteredOn(bucket -> bucket.upperSeconds() == 0.005 || bucket.upperSeconds() == 0.05)
                .extracting(TrafficTotals.LatencyBucket::count)
                .containsExactly(1L, 2L);
        assertThat(totals.latency().getLast()).isEqualTo(new TrafficTotals.LatencyBucket(Double.POSITIVE_INFINITY, 3));
        assertThat(totals.latencySumSeconds()).isBetween(300.03, 300.04);
    }

    @Test
    void limits_haveLabels() {
        LoopTraffic loop = recorder.addLoop();
        loop.limitHit(Limit.HEAD_BYTES);
        assertThat(recorder.totals().limitHits())
                .containsEntry(Limit.HEAD_BYTES, 1L)
                .hasSize(Limit.values().length);
        assertThat(Limit.HEAD_BYTES.label()).isEqualTo("head_bytes");
    }

    @Property
    void backendsBucket_holdsItsValueWithinAQuarter(@ForAll @LongRange(min = 0, max = 67_000_000L) long micros) {
        int bucket = BackendLatencyScale.bucket(micros);
        assertThat(BackendLatencyScale.highest(bucket)).isBetween(micros, Math.max(127, micros + micros / 4));
        if (bucket > 0) {
            assertThat(BackendLatencyScale.highest(bucket - 1)).isLessThan(micros);
        }
    }

    @Test
    void backendsBuckets_takeWhatIsSlowerThanAll() {
        assertThat(BackendLatencyScale.bucket(Long.MAX_VALUE)).isEqualTo(BackendLatencyScale.BUCKETS - 1);
        assertThat(BackendLatencyScale.bucket(1L << 26)).isEqualTo(BackendLatencyScale.BUCKETS - 1);
    }

    @Property
    void bucket_holdsItsValueWithinThreePercent(@ForAll @LongRange(min = 0, max = 4_000_000_000L) long micros) {
        int bucket = LatencyScale.bucket(micros);
        assertThat(LatencyScale.highest(bucket)).isBetween(micros, micros + micros / 32);
        if (bucket > 0) {
            assertThat(LatencyScale.highest(bucket - 1)).isLessThan(micros);
        }
    }
}
