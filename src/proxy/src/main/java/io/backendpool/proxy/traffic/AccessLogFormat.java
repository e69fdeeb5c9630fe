package io.backendpool.proxy.traffic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a line of the access log looks: a JSON object of all fields, or a template such as
 * <code>{client} "{method} {target}" {status}</code>. What came from a client cannot end a line or a quoted part.
 */
public final class AccessLogFormat {
    /** One JSON object a line, with all fields. */
    public static final AccessLogFormat JSON = new AccessLogFormat(List.of());

    private static final Pattern FIELD = Pattern.compile("\\{([^{}]*)}");

    /** Literal text, or a field. */
    private record Part(String literal, @Nullable AccessField field) {}

    /** Empty: JSON. */
    private final List<Part> parts;

    private AccessLogFormat(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /**
     * Parses {@code json} or a template.
     *
     * @throws IllegalArgumentException with what was found and what was expected, where the template names an unknown
     *     field or none
     */
    public static AccessLogFormat parse(String text) {
        if (text.equals("json")) {
            return JSON;
        }
        List<Part> parts = new ArrayList<>();
        Matcher fields = FIELD.matcher(text);
        int at = 0;
        while (fields.find()) {
            parts.add(new Part(text.substring(at, fields.start()), field(fields.group(1))));
            at = fields.end();
        }
        if (parts.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s (expected: json, or a template with fields: %s)".formatted(text, words()));
        }
        parts.add(new Part(text.substring(at), null));
        return new AccessLogFormat(parts);
    }

    private static AccessField field(String word) {
        for (AccessField field : AccessField.values()) {
            if (field.word.equals(word)) {
                return field;
            }
        }
        throw new IllegalArgumentException("{%s} (expected: one of %s)".formatted(word, words()));
    }

    private static String words() {
        return Arrays.stream(AccessField.values())
                .map(field -> "{" + field.word + "}")
                .collect(Collectors.joining(", "));
    }

    /** Appends the line, without its end. */
    void write(AccessRecord entry, StringBuilder line) {
        if (parts.isEmpty()) {
            writeJson(entry, line);
            return;
        }
        for (Part part : parts) {
            line.append(part.literal);
            if (part.field != null) {
                Object value = part.field.of(entry);
                escape(value == null ? "-" : value.toString(), line);
            }
        }
    }

    private static void writeJson(AccessRecord entry, StringBuilder line) {
        char before = '{';
        for (AccessField field : AccessField.values()) {
            line.append(before).append('"').append(field.word).append("\":");
            before = ',';
            Object value = field.of(entry);
            if (value == null || value instanceof Number) {
                line.append(value);
            } else {
                line.append('"');
                escape(value.toString(), line);
                line.append('"');
            }
        }
        line.append('}');
    }

    /** As in JSON strings, so that both forms can be read back. */
    private static void escape(String text, StringBuilder line) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (c < 0x20 || c == 0x7f) {
                line.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 0xf, 16));
            } else {
                line.append(c);
            }
        }
    }
}
