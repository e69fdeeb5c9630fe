package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OptionDurationTest {
    @ParameterizedTest
    @CsvSource({"30,30000", "30s,30000", "1m30s,90000", "500ms,500", "1h,3600000", "0s,0", "1h2m3s4ms,3723004"})
    void duration_asInManifests_isRead(String text, long millis) {
        assertThat(OptionDuration.parse("--x", text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "1.5s", "-1s", "1d", "123456s", "1h1h1h1h1h", " 1s", "1 s"})
    void duration_otherwise_isRefused(String text) {
        assertThatThrownBy(() -> OptionDuration.parse("--x", text))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageStartingWith("--x: " + text + " (expected: a duration such as 30s");
    }
}
