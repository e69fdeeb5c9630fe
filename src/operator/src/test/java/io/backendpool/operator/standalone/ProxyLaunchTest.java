package io.backendpool.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.PoolId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProxyLaunchTest {
    private static final Path JAR = Path.of("/opt/backendpool-proxy.jar");

    @Test
    void jar_isRunByThisJdk() {
        List<String> program = ProxyLaunch.java(JAR, null);
        assertThat(program.getFirst())
                .isEqualTo(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString());
        assertThat(program).endsWith("-jar", JAR.toString()).noneMatch(word -> word.contains("AOT"));
    }

    @Test
    void aotCache_isUsed_withoutWordsOfTheJvmWhereItDoesNotFit() {
        assertThat(ProxyLaunch.java(JAR, Path.of("/opt/proxy.aot")))
                .containsSubsequence("-Xlog:aot*=off", "-XX:AOTCache=/opt/proxy.aot", "-jar", JAR.toString());
    }

    /** Ctrl-C ends soon, but a proxy that goes on gives those of a removed backend the time of the manifest. */
    @ParameterizedTest
    @CsvSource({"PT30S, 30s, 3s", "PT1S, 1s, 1s", "PT10M, 10m, 3s"})
    void gracePeriod_isThatOfThePool_andBoundedForTheStopAlone(Duration grace, String drain, String stop) {
        assertThat(new ProxyLaunch(List.of("proxy"), "127.0.0.1:1", Path.of("ca.crt"), "127.0.0.1")
                        .command(new PoolId("default", "web"), grace, Path.of("state"), Path.of("token")))
                .containsSubsequence("--drain-deadline", drain)
                .containsSubsequence("--stop-deadline", stop);
    }
}
