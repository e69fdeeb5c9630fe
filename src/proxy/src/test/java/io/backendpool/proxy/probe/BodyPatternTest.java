package io.backendpool.proxy.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import io.backendpool.pool.HealthCheck.BodyMatch;
import io.backendpool.pool.RegexSize;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BodyPatternTest {
    private static BodyMatch matches(String expression, int limit) {
        return new BodyMatch(BodyMatch.Kind.MATCHES, expression, limit);
    }

    /** Each would keep a backtracking engine busy for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"(a*)*b", "(a|aa)+b", "(x+x+)+y", "(a|a?)+b", "(.*)(.*)(.*)(.*)b"})
    void expression_thatIsABombElsewhere_endsHere(String bomb) {
        assertThat(BodyPattern.refusal(matches(bomb, 65_536))).isNull();
        byte[] body = "a".repeat(65_536).getBytes(StandardCharsets.US_ASCII);
        assertThat(BodyPattern.of(matches(bomb, 65_536)).found(body, body.length))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((a{1000}){1000}){1000}",
                "(?:(?:a?){30}){30}b",
                "(a{1,500}|b{2,}){400}",
                "((((((((((a{9}){9}){9}){9}){9}){9}){9}){9}){9}){9}){9}"
            })
    void expression_thatIsTooLargeWrittenOut_isRefusedUncompiled(String bomb) {
        assertThat(BodyPattern.refusal(matches(bomb, 65_536)))
                .startsWith("healthCheck.http.body.matches: " + bomb
                        + " (expected: an expression of at most 128 steps for a limit of 65536 bytes, this one has ");
    }

    @Test
    void expression_forASmallLimit_mayBeLarger() {
        assertThat(BodyPattern.refusal(matches("[a-z]{200}", 65_536))).contains("at most 128 steps");
        assertThat(BodyPattern.refusal(matches("[a-z]{200}", 1_024))).isNull();
    }

    @Test
    void expression_thatRe2DoesNotKnow_isRefusedWithItsReason() {
        assertThat(BodyPattern.refusal(matches("a{1001}", 1)))
                .isEqualTo("healthCheck.http.body.matches: a{1001}"
                        + " (expected: a regular expression of RE2; invalid repeat count)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ok",
                "(?i)status\\W+up",
                "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}",
                "[]{9}]{3}x",
                "[^]{9}]{3}x",
                "[[:alpha:]{9}]{3}",
                "\\Q(a{1000}){1000}\\E",
                "\\p{Greek}{3}\\{4}",
                "(a{3}){3,}",
                "(?:ab|c*){2,5}?d+",
                "a{,3}b{x}",
                "(?<name>a)(b(c)){2}"
            })
    void size_isNoLessThanWhatTheCompilerMakesOfIt(String expression) {
        int size = Pattern.compile(expression).programSize();
        assertThat(RegexSize.bound(expression)).isGreaterThanOrEqualTo(size / 2).isLessThan(5L * size + 10);
    }
}
