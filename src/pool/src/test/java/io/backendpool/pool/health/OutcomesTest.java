package io.backendpool.pool.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

class OutcomesTest {
    private final FailureRuns runs = new FailureRuns();
    private final Outcomes outcomes = new Outcomes(runs);

    @Example
    void answered_eachStatus_isCountedOnce() {
        outcomes.answered(200, 1_000);
        outcomes.answered(404, 3_000);
        outcomes.answered(500, 9_000_000);
        outcomes.answered(503, 9_000_000);
        outcomes.failed(FailureKind.LOCAL_ORIGIN);
        outcomes.failed(FailureKind.TIMEOUT);
        outcomes.failed(FailureKind.RESET);
        Tally tally = outcomes.tally();
        assertThat(tally).isEqualTo(new Tally(7, 2, 1, 1, 1, 1, 4_000));
        assertThat(tally.failures()).isEqualTo(5);
        assertThat(tally.meanLatencyNanos()).isEqualTo(2_000);
        assertThat(tally.successPercent()).isEqualTo(200.0 / 7);
        assertThat(tally.minus(tally)).isEqualTo(Tally.NONE);
    }

    @Example
    void answered_fifthServerErrorInARow_isReportedOnceOverAllLoops() {
        runs.limit(FailureKind.SERVER_ERROR, 5);
        Outcomes otherLoop = new Outcomes(runs);
        assertThat(outcomes.answered(500, 1)).isNull();
        assertThat(otherLoop.answered(500, 1)).isNull();
        assertThat(outcomes.answered(500, 1)).isNull();
        assertThat(otherLoop.answered(500, 1)).isNull();
        assertThat(otherLoop.answered(500, 1)).isEqualTo(FailureKind.SERVER_ERROR);
        assertThat(outcomes.answered(500, 1)).isNull();
    }

    @Example
    void answered_wellOnAnyLoop_endsAllRuns() {
        runs.limit(FailureKind.RESET, 2);
        outcomes.failed(FailureKind.RESET);
        new Outcomes(runs).answered(200, 1);
        assertThat(outcomes.failed(FailureKind.RESET)).isNull();
        assertThat(outcomes.failed(FailureKind.RESET)).isEqualTo(FailureKind.RESET);
    }

    @Example
    void failed_kinds_areCountedApart() {
        outcomes.failed(FailureKind.LOCAL_ORIGIN);
        outcomes.failed(FailureKind.LOCAL_ORIGIN);
        assertThat(runs.length(FailureKind.LOCAL_ORIGIN)).isEqualTo(2);
        // The connection was there: it was only not answered in time.
        outcomes.failed(FailureKind.TIMEOUT);
        assertThat(runs.length(FailureKind.LOCAL_ORIGIN)).isZero();
        outcomes.answered(502, 1);
        outcomes.answered(500, 1);
        assertThat(runs.length(FailureKind.TIMEOUT)).isZero();
        assertThat(runs.length(FailureKind.GATEWAY_ERROR)).isZero();
        assertThat(runs.length(FailureKind.SERVER_ERROR)).isEqualTo(2);
    }

    @Example
    void limit_zero_reportsNothing() {
        for (int i = 0; i < 100; i++) {
            assertThat(outcomes.answered(503, 1)).isNull();
        }
    }

    @Property(tries = 200)
    void answered_anyStatuses_reportsExactlyTheRunsOfTheLimit(
            @ForAll List<Boolean> errors, @ForAll @IntRange(min = 1, max = 6) int limit) {
        FailureRuns counted = new FailureRuns();
        counted.limit(FailureKind.SERVER_ERROR, limit);
        Outcomes loop = new Outcomes(counted);
        int run = 0;
        for (boolean error : errors) {
            run = error ? run + 1 : 0;
            @Nullable FailureKind reported = loop.answered(error ? 500 : 200, 1);
            assertThat(reported != null).isEqualTo(error && run == limit);
        }
    }

    @Property(tries = 20)
    void tally_whileLoopsCount_onlyGrowsAndEndsExact(@ForAll long seed) throws InterruptedException {
        int loops = 3;
        int each = 20_000;
        FailureRuns shared = new FailureRuns();
        List<Outcomes> all = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < loops; i++) {
            Outcomes mine = new Outcomes(shared);
            Random random = new Random(seed + i);
            all.add(mine);
            threads.add(Thread.ofPlatform().start(() -> {
                for (int n = 0; n < each; n++) {
                    mine.answered(random.nextInt(10) == 0 ? 503 : 200, 10);
                }
            }));
        }
        Tally before = Tally.NONE;
        while (threads.stream().anyMatch(Thread::isAlive)) {
            Tally now = sum(all);
            Tally window = now.minus(before);
            assertThat(window.requests()).isNotNegative();
            assertThat(window.failures()).isBetween(0L, window.requests());
            before = now;
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Tally end = sum(all);
        assertThat(end.requests()).isEqualTo((long) loops * each);
        assertThat(end.latencyNanos()).isEqualTo(10 * end.successes());
    }

    private static Tally sum(List<Outcomes> all) {
        return all.stream().map(Outcomes::tally).reduce(Tally.NONE, Tally::plus);
    }
}
