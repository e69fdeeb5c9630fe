package io.backendpool.pool.pick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BackendLoadTest {
    private static final long MILLI = 1_000_000;
    private static final long DECAY = 10_000 * MILLI;

    private final LoopLoad loop = new LoopLoad();
    private final BackendLoad load = new BackendLoad(loop);

    @BeforeEach
    void compareLatencies() {
        loop.timeRequests(DECAY);
    }

    @Test
    void counts_startedAndEnded_alsoForTheLoop() {
        BackendLoad other = new BackendLoad(loop);
        load.requestStarted();
        load.requestStarted();
        other.requestStarted();
        load.connectionOpened();
        load.requestEnded(5, false, 5);
        assertThat(load.requests()).isEqualTo(1);
        assertThat(load.connections()).isEqualTo(1);
        assertThat(loop.requests()).isEqualTo(2);
    }

    @Test
    void timesRequests_onlyWhereAPolicyComparesLatencies() {
        assertThat(new BackendLoad(new LoopLoad()).timesRequests()).isFalse();
        assertThat(load.timesRequests()).isTrue();
    }

    @Test
    void expected_neverMeasured_freeForOneRequestOnly() {
        assertThat(load.expectedNanos(0)).isZero();
        load.requestStarted();
        assertThat(load.expectedNanos(0)).isGreaterThan(Double.valueOf(1L << 60));
    }

    @Test
    void expected_requestsUnderWay_eachWaitsForTheOthers() {
        answer(4 * MILLI, false, 0);
        assertThat(load.expectedNanos(0)).isEqualTo(4.0 * MILLI);
        load.requestStarted();
        load.requestStarted();
        assertThat(load.expectedNanos(0)).isEqualTo(12.0 * MILLI);
    }

    @Test
    void latency_slowerAnswer_countsAtOnce() {
        answer(1 * MILLI, false, 0);
        answer(50 * MILLI, false, 0);
        assertThat(load.expectedNanos(0)).isEqualTo(50.0 * MILLI);
    }

    @Test
    void latency_fasterAnswers_countAsTheOldOneDecays() {
        answer(50 * MILLI, false, 0);
        for (int n = 1; n <= 100; n++) {
            answer(1 * MILLI, false, n * DECAY / 100);
        }
        assertThat(load.expectedNanos(DECAY)).isCloseTo((1 + 49 / Math.E) * MILLI, within(1.0 * MILLI / 100));
    }

    @Test
    void latency_silence_decaysToNothing() {
        answer(50 * MILLI, false, 0);
        assertThat(load.expectedNanos(DECAY)).isCloseTo(50 / Math.E * MILLI, within(1e-4 * MILLI));
        assertThat(load.expectedNanos(40 * DECAY)).isLessThan(1);
    }

    @Test
    void latency_clockOfAnEarlierMoment_isNoTime() {
        answer(50 * MILLI, false, 1000);
        assertThat(load.expectedNanos(0)).isEqualTo(50.0 * MILLI);
    }

    @Test
    void failure_quickRefusals_areNoFastAnswers() {
        BackendLoad other = new BackendLoad(loop);
        other.requestStarted();
        other.requestEnded(8 * MILLI, false, 0);
        // Even of a backend that never answered.
        answer(50_000, true, 0);
        double once = load.expectedNanos(0);
        assertThat(once).isGreaterThan(8.0 * MILLI);
        for (int n = 0; n < 50; n++) {
            answer(50_000, true, 0);
        }
        assertThat(load.expectedNanos(0)).isCloseTo(80.0 * MILLI, within(1.0 * MILLI));
    }

    @Test
    void failure_thenSuccesses_isForgotten() {
        answer(4 * MILLI, false, 0);
        answer(4 * MILLI, true, 0);
        assertThat(load.expectedNanos(0)).isCloseTo(4.0 * MILLI * (1 + 9.0 / 8), within(1.0));
        for (int n = 0; n < 60; n++) {
            answer(4 * MILLI, false, 0);
        }
        assertThat(load.expectedNanos(0)).isCloseTo(4.0 * MILLI, within(0.02 * MILLI));
    }

    @Test
    void failure_slowOne_countsAsLongAsItTook() {
        answer(4 * MILLI, false, 0);
        answer(1000 * MILLI, true, 0);
        assertThat(load.expectedNanos(0)).isGreaterThan(1000.0 * MILLI);
    }

    @Test
    void ended_withoutAMeasure_changesNoLatency() {
        answer(4 * MILLI, false, 0);
        answer(-1, false, 0);
        assertThat(load.expectedNanos(0)).isEqualTo(4.0 * MILLI);
        assertThat(load.requests()).isZero();
    }

    @Test
    void decay_anyTime_isTheExponentialFunctionToSixDigits() {
        for (double x = 0; x < 40; x += 0.000_7) {
            assertThat(Decay.left(x) / Math.exp(-x)).isCloseTo(1, within(1e-6));
        }
        assertThat(Decay.left(-1)).isEqualTo(1);
        assertThat(Decay.left(40)).isZero();
        assertThat(Decay.left(1e30)).isZero();
    }

    private void answer(long latencyNanos, boolean failed, long now) {
        load.requestStarted();
        load.requestEnded(latencyNanos, failed, now);
    }
}
