package io.backendpool.proxy.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProbeSlotsTest {
    private final ProbeSlots slots = new ProbeSlots();
    private final List<Integer> started = new ArrayList<>();

    @Test
    void acquire_beyondTheSlots_waitsItsTurn() {
        acquire(ProbeSlots.MIN_SLOTS + 2);
        assertThat(started).hasSize(ProbeSlots.MIN_SLOTS);
        assertThat(slots.waiting()).isEqualTo(2);

        slots.release();
        assertThat(started).hasSize(ProbeSlots.MIN_SLOTS + 1).endsWith(ProbeSlots.MIN_SLOTS);
        slots.release();
        assertThat(slots.waiting()).isZero();
    }

    @Test
    void resize_serves_whoWaits_andNeverGoesBelowTheMinimum() {
        acquire(200);
        slots.resize(150);
        assertThat(started).hasSize(150);
        slots.resize(1);
        for (int i = 0; i < 150; i++) {
            slots.release();
        }
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
