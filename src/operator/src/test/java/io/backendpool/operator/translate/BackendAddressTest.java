package io.backendpool.operator.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackendAddressTest {
    @ParameterizedTest
    @CsvSource({
        "203.0.113.7:80,203.0.113.7,80,false",
        "[2001:db8::7]:8080,2001:db8:0:0:0:0:0:7,8080,false",
        "legacy.example.com:443,legacy.example.com,443,true",
        "LocalHost:1,localhost,1,true",
        "web_1.internal.:65535,web_1.internal.,65535,true"
    })
    void parse_ofEachForm_givesHostAndPort(String text, String host, int port, boolean name) {
        assertThat(BackendAddress.parse("f", text)).isEqualTo(new BackendAddress(host, port, name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "web",
                ":80",
                "web:",
                "web:0",
                "web:70000",
                "1.2.3:80",
                "256.1.1.1:80",
                "2001:db8::7:80",
                "[::g]:80",
                "[1.2.3.4]:80",
                "a b:80",
                "http://web:80",
                "-web:80",
                "web..com:80"
            })
    void parse_ofAnythingElse_namesFieldAndText(String text) {
        assertThatThrownBy(() -> BackendAddress.parse("spec.backends[0].addresses[1]", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("spec.backends[0].addresses[1]: " + text + " (expected: ");
    }

    @Test
    void parse_ofTwoSpellingsOfOneAddress_isEqual() {
        assertThat(BackendAddress.parse("f", "[2001:DB8:0::7]:80"))
                .isEqualTo(BackendAddress.parse("f", "[2001:db8::7]:80"));
    }
}
