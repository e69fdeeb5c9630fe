package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class AotCacheTest {
    private static final List<String> ARGUMENTS =
            List.of("java", "-XX:AOTCache=/app/proxy.aot", "-jar", "/app/backendpool-proxy.jar");

    @Test
    void cacheThatIsMapped_isUsed() {
        String maps = """
                800000000-800c2b000 rw-p 00001000 08:01 123 /app/proxy.aot
                7f0000000000-7f0000001000 r--p 00000000 08:01 124 /usr/lib/libc.so.6
                """;
        assertThat(AotCache.problem(ARGUMENTS, maps)).isNull();
    }

    @Test
    void cacheThatIsNotMapped_isSaid() {
        assertThat(AotCache.problem(ARGUMENTS, "7f0000000000-7f0000001000 r--p 00000000 08:01 124 /app/other.aot\n"))
                .isEqualTo("the AOT cache /app/proxy.aot is not used (expected: one that this JVM has made from these"
                        + " jars): the start takes longer");
    }

    @Test
    void withoutCache_thereIsNothingToSay() {
        assertThat(AotCache.problem(List.of("java", "-jar", "/app/backendpool-proxy.jar"), ""))
                .isNull();
        assertThat(AotCache.problem()).isNull();
    }
}
