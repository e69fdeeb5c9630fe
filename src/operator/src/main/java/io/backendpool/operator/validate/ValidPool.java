package io.backendpool.operator.validate;

import io.backendpool.api.v1alpha1.BackendPool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/** A manifest without a problem, and where its parts are written. Any thread. */
public final class ValidPool {
    private final Path file;
    private final YamlDocument document;
    private final Map<String, Object> complete;

    /** @param complete the document with the schema's defaults */
    ValidPool(Path file, YamlDocument document, Map<String, Object> complete) {
        this.file = file;
        this.document = document;
        this.complete = complete;
    }

    /**
     * The manifest with the schema's defaults applied, in the namespace {@code default} if it names none. Each call makes a
     * bean of its own, so a caller may keep it to one thread.
     */
    public BackendPool pool() {
        return Beans.read(complete, BackendPool.class);
    }

    /** The file as the user named it, or as it was found in a folder that the user named. */
    public Path file() {
        return file;
    }

    /** The line, from 1, on which the document starts. */
    public int line() {
        return document.line();
    }

    /**
     * The line of a field, or, where it is not written down (a default, say), of the nearest field around it.
     *
     * @param fieldPath such as {@code spec.backends[0].service}
     */
    public int lineOf(String fieldPath) {
        return document.lineOf(fieldPath);
    }

    /** The identity of the document's text: two documents with one source are the same. SHA-256 in hex. */
    public String source() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(document.text().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** {@code file:line}. */
    @Override
    public String toString() {
        return file + ":" + line();
    }
}
