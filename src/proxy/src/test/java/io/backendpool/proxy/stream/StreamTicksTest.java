package io.backendpool.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.Timeouts;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StreamTicksTest {
    @Test
    void waits_areRoundedUp() {
        Timeouts usual = Timeouts.DEFAULT;
        StreamTicks ticks = StreamTicks.of(new Timeouts(
                usual.connect(),
                Duration.ofMillis(150),
                Duration.ofMillis(1_001),
                Duration.ofMillis(299),
                Duration.ofMillis(200),
                usual.queue()));
        assertThat(ticks.hello()).isEqualTo(2);
        assertThat(ticks.connect()).isEqualTo(11);
        assertThat(ticks.session()).isEqualTo(3);
        assertThat(ticks.stream()).isEqualTo(2);
    }
}
