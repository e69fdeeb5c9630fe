package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldKindTest {
    private static FieldKind of(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        return FieldKind.of(bytes, 0, bytes.length);
    }

    @ParameterizedTest
    @EnumSource
    void eachName_isFoundInAnyCase(FieldKind kind) {
        String name = new String(kind.lower, StandardCharsets.US_ASCII);
        assertThat(of(name)).isEqualTo(kind);
        assertThat(of(name.toUpperCase(Locale.ROOT))).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hosT2",
                "tf",
                "trailes",
                "upgrada",
                "connectiom",
                "keep-alivf",
                "x-forwarded-fob",
                "content\rlength"
            })
    void nearNames_areOther(String name) {
        assertThat(of(name)).isEqualTo(FieldKind.OTHER);
    }
}
