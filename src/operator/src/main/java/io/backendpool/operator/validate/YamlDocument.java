package io.backendpool.operator.validate;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One document of a YAML file as plain values: {@code LinkedHashMap}, {@code ArrayList}, {@code String}, {@code Long},
 * {@code Double}, {@code Boolean} and null. The values belong to whoever read the document and may be changed.
 *
 * @param root the document
 * @param line the first line, from 1
 * @param text what was read
 * @param lines the line of each field, by its path
 */
record YamlDocument(@Nullable Object root, int line, String text, Map<String, Integer> lines) {

    /** The line of the field, or of the nearest one around it that is written down. */
    int lineOf(String path) {
        String at = path;
        while (!at.isEmpty()) {
            Integer found = lines.get(at);
            if (found != null) {
                return found;
            }
            at = FieldPath.parent(at);
        }
        return line;
    }
}
