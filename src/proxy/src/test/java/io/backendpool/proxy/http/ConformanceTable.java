package io.backendpool.proxy.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the tables under {@code conformance/}; the syntax is described at the head of {@code requests.txt}. */
final class ConformanceTable {
    private static final Pattern ESCAPE = Pattern.compile("\\\\(x[0-9a-f]{2}|.)");
    private static final Pattern REPEAT = Pattern.compile("\\{(.)(\\d+)}");

    private ConformanceTable() {}

    /** The rows of {@code file}, each with its columns as they stand there. */
    static List<List<String>> rows(String file, int columns) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        try (InputStream in = ConformanceTable.class.getResourceAsStream("/conformance/" + file)) {
            if (in == null) {
                throw new IOException("/conformance/" + file + " is missing");
            }
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                List<String> row = Arrays.asList(line.split(" \\| ", -1));
                if (row.size() != columns) {
                    throw new IOException(
                            "%s: %d columns (expected: %d): %s".formatted(file, row.size(), columns, line));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    /** What is between {@code " ;; "}. */
    static List<String> parts(String column) {
        return Arrays.asList(column.split(" ;; ", -1));
    }

    /** The bytes that {@code text} stands for, as text of one char per byte. */
    static String bytes(String text) {
        String repeated = REPEAT.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(found.group(1).repeat(Integer.parseInt(found.group(2)))));
        return ESCAPE.matcher(repeated).replaceAll(found -> Matcher.quoteReplacement(unescaped(found.group(1))));
    }

    private static String unescaped(String escape) {
        return switch (escape.charAt(0)) {
            case 'r' -> "\r";
            case 'n' -> "\n";
            case 't' -> "\t";
            case '0' -> "\0";
            case '\\' -> "\\";
            case 'x' -> String.valueOf((char) Integer.parseInt(escape.substring(1), 16));
            default -> throw new IllegalArgumentException("\\" + escape);
        };
    }
}
