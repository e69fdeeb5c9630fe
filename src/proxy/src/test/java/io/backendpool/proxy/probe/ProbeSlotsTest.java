package io.backendpool.proxy.probe;

import static io.backendpool.proxy.probe.FakeTime.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HealthCheck.Agent;
import io.backendpool.pool.HealthCheck.TcpProbe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProbeSlotsTest {
    /** One in ten is under way where all hang. */
    private static final HealthCheck CHECK =
            new HealthCheck(new TcpProbe(), null, Duration.ofSeconds(10), Duration.ofSeconds(1), 1, 1);

    private final FakeTime time = new FakeTime();
    private final ProbeSlots slots = new ProbeSlots(time, time::now);
    private final List<Integer> started = new ArrayList<>();

    @Test
    void acquire_beyondTheSlots_waitsItsTurn() {
        acquire(ProbeSlots.MIN_SLOTS + 2);
        time.runUntil(100 * SECOND);
        assertThat(started).hasSize(ProbeSlots.MIN_SLOTS);
        assertThat(slots.waiting()).isEqualTo(2);

        slots.release();
        assertThat(started).hasSize(ProbeSlots.MIN_SLOTS + 1).endsWith(ProbeSlots.MIN_SLOTS);
        slots.release();
        assertThat(slots.waiting()).isZero();
    }

    @Test
    void hangingPool_getsTheSlotsThatItNeeds_noFasterThanProbesComeDue() {
        slots.resize(CHECK, 1_500);
        acquire(2_000);
        assertThat(started).hasSize(ProbeSlots.MIN_SLOTS);
        // 150 a second come due; that and a quarter more.
        time.runUntil(SECOND / 2);
        assertThat(started).hasSizeBetween(90, 94);
        time.runUntil(SECOND);
        assertThat(started).hasSize(150);
        time.runUntil(100 * SECOND);
        assertThat(started).hasSize(150);
    }

    @Test
    void hangingPool_thatTimesOut_keepsItsInterval() {
        slots.resize(CHECK, 10_000);
        for (int i = 0; i < 10_000; i++) {
            slots.acquire(() -> {
                started.add(1);
                time.in(SECOND, slots::release);
            });
        }
        time.runUntil(10 * SECOND);
        assertThat(started).hasSize(10_000);
    }

    @Test
    void poolThatAnswers_startsWhatIsDue_withTheMinimumAlone() {
        slots.resize(CHECK, 10_000);
        int[] open = {0};
        for (int i = 0; i < 10_000; i++) {
            slots.acquire(() -> {
                open[0]++;
                started.add(open[0]);
                time.in(SECOND / 25, () -> {
                    open[0]--;
                    slots.release();
                });
            });
        }
        // 64 in 40 ms are 1,600 a second; 1,000 come due.
        time.runUntil(10 * SECOND);
        assertThat(started).hasSize(10_000).allSatisfy(most -> assertThat(most).isLessThanOrEqualTo(64));
    }

    @Test
    void agents_needSlots_too() {
        Agent agent = new Agent(9_999, Duration.ofSeconds(5), Duration.ofSeconds(1));
        slots.resize(
                new HealthCheck(
                        CHECK.probe(), null, CHECK.interval(), CHECK.interval(), CHECK.timeout(), 10, 1, 1, agent),
                1_000);
        acquire(1_000);
        time.runUntil(100 * SECOND);
        assertThat(started).hasSize(300);
    }

    @Test
    void slowProxy_isNotGivenMoreAtOnce_soThatNoneTimesOut() {
        // 2,000 a second come due, and the thread has time for 1,111: three steps of 0.3 ms each.
        slots.resize(new HealthCheck(new TcpProbe(), null, Duration.ofSeconds(5), Duration.ofSeconds(1), 1, 1), 10_000);
        long[] longest = {0};
        for (int i = 0; i < 10_000; i++) {
            slots.acquire(() -> {
                started.add(1);
                long from = time.now();
                step(3, () -> {
                    longest[0] = Math.max(longest[0], time.now() - from);
                    slots.release();
                });
            });
        }
        time.runUntil(10 * SECOND);
        assertThat(started).hasSize(10_000);
        assertThat(longest[0]).isLessThan(SECOND / 10);
    }

    private void step(int left, Runnable end) {
        time.in(0, () -> {
            time.pass(SECOND * 3 / 10_000);
            if (left == 1) {
                end.run();
            } else {
                step(left - 1, end);
            }
        });
    }

    @Test
    void resize_whileTheyWait_isNoBurst() {
        acquire(200);
        slots.resize(CHECK, 100_000);
        time.runUntil(SECOND / 100);
        // 10,000 a second come due, but the wait so far was for a small pool.
        assertThat(started).hasSizeLessThan(ProbeSlots.MIN_SLOTS + 130);
        time.runUntil(SECOND);
        assertThat(started).hasSize(200);
    }

    @Test
    void probesThatAreOverAtOnce_howeverManyWait_areServedInALoop() {
        acquire(ProbeSlots.MIN_SLOTS);
        for (int i = 0; i < 100_000; i++) {
            slots.acquire(slots::release);
        }
        slots.release();
        assertThat(slots.waiting()).isZero();
    }

    private void acquire(int count) {
        for (int i = 0; i < count; i++) {
            int number = i;
            slots.acquire(() -> started.add(number));
        }
    }
}
