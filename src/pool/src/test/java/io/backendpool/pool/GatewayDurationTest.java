package io.backendpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayDurationTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "250, 250ms",
        "30000, 30s",
        "600000, 10m",
        "86400000, 24h",
        "5430007, 1h30m30s7ms",
        "359999999999, 99999h59m59s999ms"
    })
    void format_isReadAgain(long millis, String text) {
        Duration duration = Duration.ofMillis(millis);
        assertThat(GatewayDuration.format(duration)).isEqualTo(text);
        assertThat(GatewayDuration.parse(text)).isEqualTo(duration);
    }

    @Test
    void format_ofWhatCannotBeWritten_isRefused() {
        assertThatThrownBy(() -> GatewayDuration.format(Duration.ofHours(100_000)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
