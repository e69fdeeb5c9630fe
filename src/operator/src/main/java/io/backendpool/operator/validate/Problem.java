package io.backendpool.operator.validate;

import java.nio.file.Path;

/**
 * One thing that is wrong with a manifest. Immutable.
 *
 * @param file as the user named it, or as it was found in a folder that the user named
 * @param line from 1; 1 where the file as a whole is meant
 * @param field the path of the field, such as {@code spec.backends[0].weight}; empty where none is meant
 * @param message what was found and what was expected: {@code -1 (expected: 0 to 1,000,000)}
 */
public record Problem(Path file, int line, String field, String message) {

    /** {@code file:line: field: message}, as compilers print it and editors understand it. */
    @Override
    public String toString() {
        return file + ":" + line + ": " + (field.isEmpty() ? "" : field + ": ") + message;
    }
}
