package io.backendpool.proxy.probe;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.backendpool.pool.HealthCheck.BodyMatch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What an answer's body must be, made ready. A regular expression runs by RE2: in time proportional to the body times the
 * expression, whatever they are, and that product is bounded, for a probe shares its thread with all others. Immutable;
 * any thread.
 */
final class BodyPattern {
    /** Bytes of the body times instructions of the expression: the worst of these takes about half a second. */
    static final long MAX_WORK = 8L << 20;

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
        if (match.kind() == BodyMatch.Kind.CONTAINS) {
            return null;
        }
        String field = "healthCheck.http.body.matches: " + match.text();
        // Written out, (a{1000}){1000} is a million instructions: it must not come as far as the compiler.
        long size = RegexSize.bound(match.text());
        if (size <= MAX_WORK / match.limit()) {
            try {
                size = Pattern.compile(match.text()).programSize();
            } catch (PatternSyntaxException invalid) {
                return "%s (expected: a regular expression of RE2; %s)".formatted(field, invalid.getDescription());
            }
        }
        return size <= MAX_WORK / match.limit()
                ? null
                : "%s (expected: an expression of at most %d steps for a limit of %d bytes, this one has %d)"
                        .formatted(field, MAX_WORK / match.limit(), match.limit(), size);
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
