package io.backendpool.proxy.probe;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.backendpool.pool.HealthCheck.BodyMatch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What an answer's body must be, made ready. A regular expression runs by RE2: in time proportional to the body times the
 * expression, whatever they are, and that product is bounded. Immutable; any thread.
 */
final class BodyPattern {
    private final BodyMatch match;
    private final byte[] part;
    private final @Nullable Pattern expression;

    private BodyPattern(BodyMatch match, @Nullable Pattern expression) {
        this.match = match;
        this.part = match.text().getBytes(StandardCharsets.UTF_8);
        this.expression = expression;
    }

    /** Why {@code match} cannot be had, in one sentence; null: it can. */
    static @Nullable String refusal(BodyMatch match) {
        return match.refusal(BodyPattern::size);
    }

    private static int size(String expression) {
        try {
            return Pattern.compile(expression).programSize();
        } catch (PatternSyntaxException invalid) {
            throw new IllegalArgumentException(invalid.getDescription(), invalid);
        }
    }

    /** Makes {@code match} ready, which has no {@link #refusal}. */
    static BodyPattern of(BodyMatch match) {
        return new BodyPattern(match, match.kind() == BodyMatch.Kind.MATCHES ? Pattern.compile(match.text()) : null);
    }

    /** So many bytes are looked at, no more. */
    int limit() {
        return match.limit();
    }

    /**
     * Whether what has come so far is enough to say yes: only for a part that is looked for, an expression waits for the
     * end.
     *
     * @param from bytes before this one have been looked at
     */
    boolean foundEarly(byte[] body, int from, int length) {
        return expression == null && contains(body, Math.max(0, from - part.length + 1), length);
    }

    /** Whether the body, or its first {@link #limit} bytes, is as it must be. */
    boolean found(byte[] body, int length) {
        return expression == null
                ? contains(body, 0, length)
                : expression.matcher(Arrays.copyOf(body, length)).find();
    }

    private boolean contains(byte[] body, int from, int length) {
        for (int i = from; i <= length - part.length; i++) {
            if (body[i] == part[0] && Arrays.equals(body, i, i + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }

    /** What to say of a body that is not so. */
    String complaint(boolean cut) {
        String verb = match.kind() == BodyMatch.Kind.CONTAINS ? "contain " : "match ";
        String quoted = ProbeFailure.quoted(match.text());
        return cut
                ? "first %d bytes of the body do not %s%s".formatted(match.limit(), verb, quoted)
                : "body does not " + verb + quoted;
    }
}
