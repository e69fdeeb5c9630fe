package io.backendpool.operator.validate;

import io.backendpool.api.v1alpha1.BackendPoolOverride;
import java.nio.file.Path;
import java.util.Map;

/** An override without a problem, and where it is written. Any thread. */
public final class ValidOverride {
    private final Path file;
    private final YamlDocument document;
    private final Map<String, Object> complete;

    /** @param complete the document with the schema's defaults */
    ValidOverride(Path file, YamlDocument document, Map<String, Object> complete) {
        this.file = file;
        this.document = document;
        this.complete = complete;
    }

    /** The document, in the namespace {@code default} if it names none. Each call makes a bean of its own. */
    public BackendPoolOverride override() {
        return Beans.read(complete, BackendPoolOverride.class);
    }

    /** The file as the user named it, or as it was found in a folder that the user named. */
    public Path file() {
        return file;
    }

    /** The line, from 1, on which the document starts. */
    public int line() {
        return document.line();
    }

    /** {@code file:line}. */
    @Override
    public String toString() {
        return file + ":" + line();
    }
}
