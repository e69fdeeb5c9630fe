package io.backendpool.operator.translate;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.backendpool.pool.HealthCheck.BodyMatch;
import org.jspecify.annotations.Nullable;

/** The regular expressions of manifests, by the engine that the proxies have. Pure; any thread. */
public final class Expressions {
    private Expressions() {}

    /** Why no proxy could have {@code match}, as {@code spec.FIELD: found (expected: ...)}; null: they can. */
    public static @Nullable String refusal(BodyMatch match) {
        String refusal = match.refusal(Expressions::size);
        return refusal == null ? null : "spec." + refusal;
    }

    private static int size(String expression) {
        try {
            return Pattern.compile(expression).programSize();
        } catch (PatternSyntaxException invalid) {
            throw new IllegalArgumentException(invalid.getDescription(), invalid);
        }
    }
}
