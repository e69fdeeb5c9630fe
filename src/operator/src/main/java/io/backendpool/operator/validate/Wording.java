package io.backendpool.operator.validate;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How values, and what is expected of them, are put into words. */
final class Wording {
    private static final int MAX_SHOWN = 60;

    private Wording() {}

    /** A value as the user wrote it, cut when it is long. */
    static String found(@Nullable Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof Map<?, ?> map) {
            return map.isEmpty() ? "{}" : "a mapping";
        }
        if (value instanceof List<?> list) {
            return list.isEmpty() ? "[]" : "a list";
        }
        if (value instanceof String text) {
            int length = text.codePointCount(0, text.length());
            return length <= MAX_SHOWN
                    ? quoted(text)
                    : quoted(text.substring(0, text.offsetByCodePoints(0, MAX_SHOWN)) + "...") + " (" + grouped(length)
                            + " characters)";
        }
        return value.toString();
    }

    /** Control characters must not reach a terminal. */
    private static String quoted(String text) {
        StringBuilder shown = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> shown.append("\\n");
                case '\r' -> shown.append("\\r");
                case '\t' -> shown.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        shown.append("\\u%04x".formatted(c));
                    } else {
                        shown.appendCodePoint(c);
                    }
                }
            }
        });
        return shown.append('"').toString();
    }

    /** How to make text of a scalar. A boolean may have been written {@code on}: what to quote is for the user to know. */
    static String quotes(@Nullable Object value) {
        return value instanceof Number ? '"' + value.toString() + "\" in quotes" : "text in quotes";
    }

    /** What a missing field should hold. */
    static String expected(SchemaNode schema) {
        if (schema.title() != null) {
            return schema.title();
        }
        if (!schema.allowed().isEmpty()) {
            return oneOf(schema.allowed());
        }
        if (schema.minimum() != null && schema.maximum() != null) {
            return range(schema);
        }
        return type(schema);
    }

    /** What kind of value is expected. */
    static String type(SchemaNode schema) {
        if (schema.intOrString()) {
            return schema.title() == null ? "a whole number or text" : schema.title();
        }
        return switch (schema.type()) {
            case "integer" -> "a whole number";
            case "number" -> "a number";
            case "boolean" -> "true or false";
            case "array" -> "a list";
            case "object" -> "a mapping";
            case "string" ->
                schema.title() != null ? schema.title() : schema.allowed().isEmpty() ? "text" : oneOf(schema.allowed());
            case null, default -> "a value";
        };
    }

    /** {@code 1 to 65,535}, {@code at least 1}. */
    static String range(SchemaNode schema) {
        return bounds(schema.minimum(), schema.maximum(), "");
    }

    /** {@code 1 to 16 items}. */
    static String size(SchemaNode schema, String unit) {
        Long min = schema.minSize();
        Long max = schema.maxSize();
        return bounds(
                min == null ? null : (Double) min.doubleValue(), max == null ? null : (Double) max.doubleValue(), unit);
    }

    private static String bounds(@Nullable Double min, @Nullable Double max, String unit) {
        if (min != null && max != null) {
            return grouped(min) + " to " + grouped(max) + unit;
        }
        return min != null ? "at least " + grouped(min) + unit : "at most " + grouped(max == null ? 0 : max) + unit;
    }

    private static String grouped(double number) {
        return number == Math.rint(number) ? String.format(Locale.ROOT, "%,d", (long) number) : String.valueOf(number);
    }

    /** {@code A}, {@code A or B}, {@code A, B or C}. */
    static String oneOf(Collection<?> words) {
        List<String> all = words.stream().map(String::valueOf).toList();
        if (all.size() < 2) {
            return String.join("", all);
        }
        return String.join(", ", all.subList(0, all.size() - 1)) + " or " + all.getLast();
    }

    /** What to say of a name that is none of the known ones. */
    static String unknown(String name, Collection<String> known) {
        String nearest = null;
        int best = Math.max(2, name.length() / 3) + 1;
        for (String each : known) {
            int distance = distance(name.toLowerCase(Locale.ROOT), each.toLowerCase(Locale.ROOT));
            if (distance < best) {
                best = distance;
                nearest = each;
            }
        }
        if (nearest != null) {
            return "unknown field (did you mean " + nearest + "?)";
        }
        return known.isEmpty()
                ? "unknown field (expected: no field)"
                : "unknown field (expected: " + oneOf(known.stream().sorted().toList()) + ")";
    }

    /** Levenshtein's edit distance. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substituted, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
