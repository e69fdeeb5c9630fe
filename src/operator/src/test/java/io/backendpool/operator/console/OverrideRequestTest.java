package io.backendpool.operator.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OverrideRequestTest {
    private static final Instant NOW = Instant.parse("2026-01-31T06:00:00.5Z");

    @ParameterizedTest
    @CsvSource({
        "30m, 2026-01-31T06:30:00Z",
        "1h30m, 2026-01-31T07:30:00Z",
        "2026-01-31T07:00:00Z, 2026-01-31T07:00:00Z",
        "2026-01-31T09:00:00+02:00, 2026-01-31T07:00:00Z"
    })
    void until_ofADurationOrATime_isThatMoment(String text, String expected) {
        assertThat(OverrideRequest.until(text, NOW)).isEqualTo(Instant.parse(expected));
    }

    @Test
    void until_ofAnythingElse_saysWhatIsExpected() {
        assertThatThrownBy(() -> OverrideRequest.until("tomorrow", NOW))
                .hasMessage("--until: tomorrow (expected: a duration such as 30m or 2h, or a time such as"
                        + " 2026-01-31T06:00:00Z)");
        assertThatThrownBy(() -> OverrideRequest.until("2026-01-31T05:00:00Z", NOW))
                .hasMessage("--until: 2026-01-31T05:00:00Z (expected: a time after now, 2026-01-31T06:00:00Z)");
    }

    private static OverrideRequest request(String address, Integer weight) {
        return new OverrideRequest("shop", "web", new OverrideTarget("a", address), weight, null, "");
    }

    @Test
    void weight_outOfRange_isRefused() {
        assertThatThrownBy(() -> new OverrideRequest("shop", "web", new OverrideTarget("a", null), -1, null, ""))
                .hasMessage("weight: -1 (expected: 0 to 1,000,000, for a group)");
        assertThatThrownBy(() -> request("10.0.0.1:80", 101))
                .hasMessage("weight: 101 (expected: 0 to 100, in percent of a backend's share)");
    }

    @Test
    void name_isOneOfKubernetes_andDiffersForEachAddress() {
        String name = request("[2001:db8::7]:80", 5).name();
        assertThat(name).startsWith("web-a-2001-db8-7-80-").matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
        assertThat(request("[2001:db8:7::]:80", 5).name()).isNotEqualTo(name);
        assertThat(request("[2001:db8::7]:80", 7).name()).isEqualTo(name);
    }
}
