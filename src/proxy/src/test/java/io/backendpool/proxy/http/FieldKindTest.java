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
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LOOKALIKE")
    void eachName_isFoundInAnyCase(FieldKind kind) {
        String name = new String(kind.lower, StandardCharsets.US_ASCII);
        assertThat(of(name)).isEqualTo(kind);
        assertThat(of(name.toUpperCase(Locale.ROOT))).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x_forwarded_for", "X-Forwarded_Proto", "x_request-ID", "content_length", "TRANSFER_ENCODING"})
    void underscores_makeALookalike(String name) {
        assertThat(of(name)).isEqualTo(FieldKind.LOOKALIKE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x_forwarded_fob",
                "x.forwarded.for",
                "_x-forwarded-fo",
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
