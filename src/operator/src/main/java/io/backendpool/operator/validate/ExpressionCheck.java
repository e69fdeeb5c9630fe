package io.backendpool.operator.validate;

import io.backendpool.operator.translate.Expressions;
import io.backendpool.pool.HealthCheck.BodyMatch;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The regular expressions of a pool, which the CRD cannot judge as the proxies do: it knows neither RE2's reason nor how much
 * work is too much. Before the rules, for those compile what they are given, however large that is written out. Used for one
 * document, by one thread.
 */
final class ExpressionCheck {
    private static final List<String> PATH = List.of("spec", "healthCheck", "http", "body");
    private static final String BODY = String.join(".", PATH);

    private final Findings findings;

    ExpressionCheck(Findings findings) {
        this.findings = findings;
    }

    /** @param pool the document, with its defaults */
    void check(Map<String, Object> pool) {
        Object found = pool;
        for (String name : PATH) {
            found = found instanceof Map<?, ?> fields ? fields.get(name) : null;
        }
        if (found instanceof Map<?, ?> body
                && body.get("matches") instanceof String expression
                && !findings.within(BODY)) {
            refuse(expression, body.get("limit"));
        }
    }

    private void refuse(String expression, @Nullable Object limit) {
        int bytes = limit instanceof Number number ? number.intValue() : BodyMatch.DEFAULT_LIMIT;
        String field = BODY + ".matches";
        String refusal = Expressions.refusal(new BodyMatch(BodyMatch.Kind.MATCHES, expression, bytes));
        if (refusal != null) {
            findings.add(field, refusal.substring(field.length() + ": ".length()));
        }
    }
}
