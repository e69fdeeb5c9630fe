package io.backendpool.proxy.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BackendProberTest {
    @Test
    void jitter_staysWithinATenth_andUsesTheRange() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < 10_000; i++) {
            long delay = BackendProber.jittered(Duration.ofNanos(1_000), random);
            least = Math.min(least, delay);
            most = Math.max(most, delay);
        }
        assertThat(least).as("seed %d", seed).isBetween(900L, 910L);
        assertThat(most).as("seed %d", seed).isBetween(1_090L, 1_100L);
    }
}
