package io.backendpool.operator.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"5s,5000", "1m30s,90000", "250ms,250", "1h,3600000", "1h2m3s4ms,3723004", "0s,0", "30s1m,90000"})
    void parse_ofGatewayDuration_isItsSum(String text, long millis) {
        assertThat(Durations.parse("f", text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "5 s", "1.5s", "-1s", "s", "123456s", "1d", "1h1h1h1h1h", "PT5S"})
    void parse_ofAnythingElse_namesFieldAndText(String text) {
        assertThatThrownBy(() -> Durations.parse("spec.healthCheck.interval", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "spec.healthCheck.interval: " + text + " (expected: a duration such as 5s, 1m30s or 250ms)");
    }

    @Test
    void parse_ofMilliseconds_isNotMinutes() {
        assertThat(Durations.parse("f", "5ms")).isEqualTo(Duration.ofMillis(5));
        assertThat(Durations.parse("f", "5m")).isEqualTo(Duration.ofMinutes(5));
    }
}
