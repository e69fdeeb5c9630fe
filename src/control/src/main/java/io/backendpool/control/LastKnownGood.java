package io.backendpool.control;

import com.google.protobuf.InvalidProtocolBufferException;
import io.backendpool.control.v1.Snapshot;
import io.backendpool.pool.PoolId;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A pool in a file, so that a proxy can serve before it has an operator: its own copy of what it last applied, or the
 * bootstrap that it was installed with. Any thread; one writer per file.
 *
 * <pre>
 *   bytes  8   magic  "BPOOLLKG"
 *          4   format version, 1, big endian
 *          4   length of the payload
 *         32   SHA-256 of the payload
 *          …   payload: a Snapshot of control.proto
 * </pre>
 *
 * <p>A file may be compressed as a whole (gzip, RFC 1952); it is told by its first bytes.
 */
public final class LastKnownGood {
    /** The name of a proxy's own copy in its state directory. */
    public static final String FILE_NAME = "last-known-good";

    static final int VERSION = 1;
    private static final byte[] MAGIC = {'B', 'P', 'O', 'O', 'L', 'L', 'K', 'G'};
    private static final int CHECKSUM_LENGTH = 32;
    private static final int HEADER_LENGTH = MAGIC.length + 4 + 4 + CHECKSUM_LENGTH;

    /** No pool is this large; a larger file is no copy of ours. */
    private static final int MAX_FILE_LENGTH = 256 << 20;

    private LastKnownGood() {}

    /** What was found in a file. An expected failure is a value. */
    public sealed interface Read {}

    /** A whole, verified pool. */
    public record Found(PublishedPool pool) implements Read {}

    /** There is no file. */
    public record Absent() implements Read {}

    /**
     * There is a file, and it must not be served.
     *
     * @param reason one sentence that names the file
     */
    public record Unusable(String reason) implements Read {}

    /** Reads and verifies the copy of pool {@code id}. */
    public static Read read(Path file, PoolId id) {
        byte[] bytes;
        try {
            long length = Files.size(file);
            if (length > MAX_FILE_LENGTH) {
                return new Unusable("%s: %,d bytes (expected: at most %,d)".formatted(file, length, MAX_FILE_LENGTH));
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException absent) {
            return new Absent();
        } catch (IOException unreadable) {
            return new Unusable("%s: cannot be read: %s".formatted(file, unreadable));
        }
        return read(file.toString(), bytes, id);
    }

    /**
     * Verifies a copy that came by other means.
     *
     * @param source where it comes from, for the reason why it is unusable
     */
    public static Read read(String source, byte[] copy, PoolId id) {
        try {
            byte[] bytes = uncompressed(copy);
            return bytes.length > MAX_FILE_LENGTH
                    ? new Unusable("%s: more than %,d bytes when uncompressed (expected: at most that)"
                            .formatted(source, MAX_FILE_LENGTH))
                    : new Found(decode(bytes, id));
        } catch (ZipException | EOFException damaged) {
            return new Unusable(
                    "%s: its compression is cut off or damaged: %s".formatted(source, damaged.getMessage()));
        } catch (IOException unreadable) {
            return new Unusable("%s: cannot be read: %s".formatted(source, unreadable));
        } catch (InvalidSnapshotException invalid) {
            return new Unusable(source + ": " + invalid.getMessage());
        }
    }

    /** Stops just above the limit, whatever the file claims to unpack to. */
    private static byte[] uncompressed(byte[] bytes) throws IOException {
        if (bytes.length < 2 || bytes[0] != (byte) 0x1f || bytes[1] != (byte) 0x8b) {
            return bytes;
        }
        try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return plain.readNBytes(MAX_FILE_LENGTH + 1);
        }
    }

    /**
     * Replaces {@code file} as a whole: after a crash it holds the old pool or the new one, never a part. Only its owner can
     * read it, for a pool may hold private keys.
     *
     * @throws IOException nothing was changed
     */
    public static void write(Path file, PublishedPool pool) throws IOException {
        AtomicFile.writePrivateAndSync(file, encode(pool));
    }

    /** The file's content, for whoever brings it to the proxy by other means. */
    public static byte[] encode(PublishedPool pool) {
        byte[] payload = SnapshotCodec.encode(pool).toByteArray();
        return ByteBuffer.allocate(HEADER_LENGTH + payload.length)
                .put(MAGIC)
                .putInt(VERSION)
                .putInt(payload.length)
                .put(checksum(payload))
                .put(payload)
                .array();
    }

    private static PublishedPool decode(byte[] bytes, PoolId id) throws InvalidSnapshotException {
        int magic = Math.min(bytes.length, MAGIC.length);
        if (bytes.length == 0 || !Arrays.equals(bytes, 0, magic, MAGIC, 0, magic)) {
            throw new InvalidSnapshotException("is no last known good pool (expected: begins with BPOOLLKG)");
        }
        if (bytes.length < HEADER_LENGTH) {
            throw new InvalidSnapshotException(
                    "is cut off: %,d bytes (expected: at least %,d)".formatted(bytes.length, HEADER_LENGTH));
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).position(MAGIC.length);
        int version = in.getInt();
        if (version != VERSION) {
            throw new InvalidSnapshotException("format version: %s (expected: %d): was written by another version"
                    .formatted(Integer.toUnsignedString(version), VERSION));
        }
        int length = in.getInt();
        byte[] checksum = new byte[CHECKSUM_LENGTH];
        in.get(checksum);
        if (in.remaining() != length) {
            throw new InvalidSnapshotException("is cut off or grown: %,d bytes of pool (expected: %s)"
                    .formatted(in.remaining(), Integer.toUnsignedString(length)));
        }
        byte[] payload = new byte[length];
        in.get(payload);
        if (!Arrays.equals(checksum, checksum(payload))) {
            throw new InvalidSnapshotException("is damaged: its checksum is another (expected: that of its content)");
        }
        PublishedPool pool = parse(payload);
        if (!pool.snapshot().id().equals(id)) {
            throw new InvalidSnapshotException(
                    "pool: %s (expected: %s)".formatted(pool.snapshot().id(), id));
        }
        return pool;
    }

    private static PublishedPool parse(byte[] payload) throws InvalidSnapshotException {
        try {
            PublishedPool pool = SnapshotCodec.decode(Snapshot.parseFrom(payload));
            SnapshotCodec.verify(pool);
            return pool;
        } catch (InvalidProtocolBufferException invalid) {
            throw new InvalidSnapshotException("is no pool: " + invalid.getMessage());
        }
    }

    private static byte[] checksum(byte[] payload) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(payload);
        } catch (NoSuchAlgorithmException impossible) {
            // Every Java platform has it, see MessageDigest.
            throw new IllegalStateException(impossible);
        }
    }
}
