package io.backendpool.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

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
}
