package io.backendpool.operator.validate;

import com.google.re2j.Pattern;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value against a structural schema. Used for one document, by one thread. */
final class SchemaCheck {
    private final Findings findings;

    SchemaCheck(Findings findings) {
        this.findings = findings;
    }

    void check(SchemaNode schema, String path, @Nullable Object value) {
        if (value == null && schema.nullable()) {
            return;
        }
        if (!hasType(schema, value)) {
            String expected = lacksQuotes(schema, value) ? Wording.quotes(value) : Wording.type(schema);
            findings.add(path, Wording.found(value) + " (expected: " + expected + ")");
            return;
        }
        if (!schema.allowed().isEmpty() && !schema.allowed().contains(value)) {
            findings.add(path, Wording.found(value) + " (expected: " + Wording.oneOf(schema.allowed()) + ")");
            return;
        }
        if (value instanceof Number number) {
            checkRange(schema, path, number);
        } else if (value instanceof String text) {
            checkText(schema, path, text);
        } else if (value instanceof List<?> items) {
            checkItems(schema, path, items);
        } else if (value instanceof Map<?, ?> fields) {
            checkFields(schema, path, fields);
        }
    }

    /** Whether a number or a boolean would do if it were text. */
    private static boolean lacksQuotes(SchemaNode schema, @Nullable Object value) {
        return "string".equals(schema.type())
                && (value instanceof Number || value instanceof Boolean)
                && schema.allowed().isEmpty()
                && (schema.pattern() == null
                        || schema.pattern().matcher(value.toString()).find());
    }

    private static boolean hasType(SchemaNode schema, @Nullable Object value) {
        if (schema.intOrString()) {
            return value instanceof Long || value instanceof String;
        }
        return switch (schema.type()) {
            case "object" -> value instanceof Map;
            case "array" -> value instanceof List;
            case "string" -> value instanceof String;
            case "integer" -> value instanceof Long || (value instanceof Double number && number == Math.rint(number));
            case "number" -> value instanceof Number;
            case "boolean" -> value instanceof Boolean;
            case null, default -> true;
        };
    }

    private void checkRange(SchemaNode schema, String path, Number number) {
        double value = number.doubleValue();
        boolean tooSmall = schema.minimum() != null && value < schema.minimum();
        boolean tooBig = schema.maximum() != null && value > schema.maximum();
        if (tooSmall || tooBig) {
            String expected = schema.intOrString() ? Wording.type(schema) : Wording.range(schema);
            findings.add(path, number + " (expected: " + expected + ")");
        }
    }

    private void checkText(SchemaNode schema, String path, String text) {
        int length = text.codePointCount(0, text.length());
        Pattern pattern = schema.pattern();
        // The sentence for the pattern tells of the length, too.
        if ((pattern != null && !pattern.matcher(text).find())
                || (schema.title() != null && isOutOfSize(schema, length))) {
            findings.add(path, Wording.found(text) + " (expected: " + Wording.expected(schema) + ")");
        } else if (isOutOfSize(schema, length)) {
            findings.add(path, Wording.found(text) + " (expected: " + Wording.size(schema, " characters") + ")");
        }
    }

    private static boolean isOutOfSize(SchemaNode schema, int size) {
        return (schema.minSize() != null && size < schema.minSize())
                || (schema.maxSize() != null && size > schema.maxSize());
    }

    private void checkItems(SchemaNode schema, String path, List<?> items) {
        if (isOutOfSize(schema, items.size())) {
            String found = items.isEmpty() ? "[]" : items.size() + " items";
            findings.add(path, found + " (expected: " + Wording.size(schema, " items") + ")");
        }
        SchemaNode item = schema.items();
        for (int i = 0; item != null && i < items.size(); i++) {
            check(item, FieldPath.item(path, i), items.get(i));
        }
        if ("set".equals(schema.listType())) {
            checkUnique(path, items, "");
        } else if ("map".equals(schema.listType())) {
            // Every list of ours has one key. With more, it would be their combination that must be unique.
            checkUnique(path, items, schema.listKeys().getFirst());
        }
    }

    /** Each item once, or, where there is a key, each value of the key. */
    private void checkUnique(String path, List<?> items, String key) {
        Map<Object, Integer> first = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            Object item = items.get(i);
            Object identity = key.isEmpty() ? item : item instanceof Map<?, ?> map ? map.get(key) : null;
            if (identity == null) {
                continue;
            }
            Integer earlier = first.putIfAbsent(identity, i);
            if (earlier != null) {
                String what = key.isEmpty() ? "entry" : key;
                String at = FieldPath.item(path, i);
                findings.add(
                        key.isEmpty() ? at : FieldPath.child(at, key),
                        Wording.found(identity) + " twice, first in line "
                                + findings.lineOf(FieldPath.item(path, earlier)) + " (expected: each " + what
                                + " once)");
            }
        }
    }

    private void checkFields(SchemaNode schema, String path, Map<?, ?> fields) {
        if (schema.values() != null && isOutOfSize(schema, fields.size())) {
            findings.add(path, fields.size() + " entries (expected: " + Wording.size(schema, " entries") + ")");
        }
        for (String name : schema.required()) {
            if (!fields.containsKey(name)) {
                SchemaNode property = schema.properties().get(name);
                findings.add(
                        FieldPath.child(path, name),
                        "missing" + (property == null ? "" : " (expected: " + Wording.expected(property) + ")"));
            }
        }
        fields.forEach((key, value) -> {
            String name = (String) key;
            SchemaNode property = schema.properties().getOrDefault(name, schema.values());
            if (property != null) {
                check(property, FieldPath.child(path, name), value);
            } else if (!schema.preservesUnknown()) {
                findings.add(
                        FieldPath.child(path, name),
                        Wording.unknown(name, schema.properties().keySet()));
            }
        });
    }
}
