package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterOptionsTest {
    @Test
    void caOverlap_isThatOfTheCertificates() {
        assertThat(options(Duration.ofMinutes(10)).certificatePolicy().overlap())
                .isEqualTo(Duration.ofMinutes(10));
        assertThat(options(ClusterOptions.USUAL_CA_OVERLAP).certificatePolicy().serverNames())
                .containsExactly("control.test.svc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT0.5S", "PT-1S", "P101D"})
    void caOverlap_outOfRange_isRefusedInWords(String overlap) {
        assertThatThrownBy(() -> options(Duration.parse(overlap)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--ca-overlap: ")
                .hasMessageContaining("(expected: 1s to 2400h)");
    }

    private static ClusterOptions options(Duration overlap) {
        return new ClusterOptions(
                Scope.CLUSTER,
                "backendpool-system",
                "one",
                "127.0.0.1",
                0,
                List.of("control.test.svc"),
                "127.0.0.1",
                0,
                "backendpool-operator",
                ClusterOptions.LeaseTimes.USUAL,
                overlap,
                "backendpool-proxy:test");
    }
}
