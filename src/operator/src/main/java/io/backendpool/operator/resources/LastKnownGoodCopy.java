package io.backendpool.operator.resources;

import io.backendpool.control.LastKnownGood;
import io.backendpool.control.PublishedPool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A pool as a Secret holds it: the file of {@link LastKnownGood}, compressed (RFC 1952), in base64. Immutable.
 *
 * <p>A Secret holds at most 1 MiB. A pool that is larger (some 50,000 backends) is left out, not spread over several
 * Secrets: those cannot be replaced together, so that a proxy could read parts of two revisions. Its proxies still
 * start from their own disk, or from the operator.
 */
public sealed interface LastKnownGoodCopy {
    /** Compressed bytes that fit beside the CAs and the object's metadata in 1 MiB: 900 KiB. */
    int MAX_BYTES = 900 << 10;

    /**
     * A copy that fits.
     *
     * @param revision what it is a copy of
     * @param base64 the compressed file
     */
    record Kept(long revision, String base64) implements LastKnownGoodCopy {}

    /**
     * None, because it would not fit.
     *
     * @param revision what it would be a copy of
     * @param bytes how large it is, compressed
     */
    record TooLarge(long revision, int bytes) implements LastKnownGoodCopy {
        /** One sentence for status and Event. */
        public String reason() {
            return "revision %,d is %,d bytes compressed (expected: at most %,d, a Secret holds no more): a proxy that starts on a new node waits for the operator"
                    .formatted(revision, bytes, MAX_BYTES);
        }
    }

    /** None, because there is no revision yet. */
    record NoRevision() implements LastKnownGoodCopy {}

    /** Costs the encoding and compression of the whole pool: call it once a revision, and not for each of a burst. */
    static LastKnownGoodCopy of(@Nullable PublishedPool pool) {
        if (pool == null) {
            return new NoRevision();
        }
        byte[] compressed = compress(LastKnownGood.encode(pool));
        long revision = pool.revision().number();
        return compressed.length > MAX_BYTES
                ? new TooLarge(revision, compressed.length)
                : new Kept(revision, Base64.getEncoder().encodeToString(compressed));
    }

    private static byte[] compress(byte[] file) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(file);
        } catch (IOException impossible) {
            // An array takes everything.
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
