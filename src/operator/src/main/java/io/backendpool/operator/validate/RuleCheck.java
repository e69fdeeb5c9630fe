package io.backendpool.operator.validate;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The CEL rules of a schema on a value that has its defaults. A rule is left out where something within its reach is wrong
 * already: it would complain of the same once more, or of nothing that the user wrote.
 */
final class RuleCheck {
    private final Findings findings;

    RuleCheck(Findings findings) {
        this.findings = findings;
    }

    /** From the leaves up, so that a rule on the whole comes after those on its parts. */
    void check(SchemaNode schema, String path, @Nullable Object value) {
        if (value == null) {
            return;
        }
        if (value instanceof Map<?, ?> fields) {
            fields.forEach((name, field) -> {
                SchemaNode property = schema.properties().getOrDefault((String) name, schema.values());
                if (property != null) {
                    check(property, FieldPath.child(path, (String) name), field);
                }
            });
        } else if (value instanceof List<?> items && schema.items() != null) {
            for (int i = 0; i < items.size(); i++) {
                check(schema.items(), FieldPath.item(path, i), items.get(i));
            }
        }
        // The rules on the whole object are about its name.
        String reach = path.isEmpty() ? "metadata" : path;
        if (schema.rules().isEmpty() || findings.within(reach)) {
            return;
        }
        for (CelRule rule : schema.rules()) {
            String message = rule.verdict(value);
            if (message != null) {
                report(path + rule.fieldPath(), message);
            }
        }
    }

    /** A rule on the whole object cannot name a field of the metadata, so its message begins with the path. */
    private void report(String path, String message) {
        int colon = message.indexOf(": ");
        if (path.isEmpty() && message.startsWith("metadata.") && colon > 0) {
            findings.add(message.substring(0, colon), message.substring(colon + 2));
        } else {
            findings.add(path, message);
        }
    }
}
