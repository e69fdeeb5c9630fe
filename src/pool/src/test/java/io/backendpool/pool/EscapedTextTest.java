package io.backendpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EscapedTextTest {
    @Test
    void escapes_areBytes_andTheRestIsUtf8() {
        assertThat(EscapedText.bytes("send", "PING\\r\\n")).isEqualTo("PING\r\n".getBytes(StandardCharsets.UTF_8));
        assertThat(EscapedText.bytes("send", "\\x00\\xfF\\t\\\\x"))
                .isEqualTo(new byte[] {0, (byte) 0xff, '\t', '\\', 'x'});
        assertThat(EscapedText.bytes("send", "ß€😀")).isEqualTo("ß€😀".getBytes(StandardCharsets.UTF_8));
        assertThat(EscapedText.bytes("send", "")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\q", "a\\", "\\x", "\\x4", "\\xg0"})
    void unknownEscape_isRefused(String text) {
        assertThatThrownBy(() -> EscapedText.bytes("healthCheck.tcp.send", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("healthCheck.tcp.send: \\")
                .hasMessageEndingWith("(expected: \\r, \\n, \\t, \\\\ or \\xHH)");
    }
}
