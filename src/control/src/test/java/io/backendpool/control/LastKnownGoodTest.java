package io.backendpool.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastKnownGoodTest {
    private static final PublishedPool POOL = Snapshots.published(12, 1, 2, 3);

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    Path directory;

    @SuppressWarnings("NullAway.Init") // by setUp
    private Path file;

    @BeforeEach
    void setUp() {
        file = directory.resolve("last-known-good");
    }

    @Test
    void written_isReadBack() throws Exception {
        LastKnownGood.write(file, Snapshots.published(11, 1));
        LastKnownGood.write(file, POOL);
        assertThat(read()).isEqualTo(new LastKnownGood.Found(POOL));
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void written_isReadableByItsOwnerOnly_whateverWasThereBefore() throws Exception {
        Set<PosixFilePermission> everybody = PosixFilePermissions.fromString("rw-rw-rw-");
        Files.setPosixFilePermissions(Files.createFile(file), everybody);
        Files.setPosixFilePermissions(Files.createFile(directory.resolve(".last-known-good.next")), everybody);
        LastKnownGood.write(file, POOL);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    /** The file was written by a version that knew nothing of balancing, sessions and overrides. */
    @Test
    void writtenByAnOlderVersion_isRead_andWrittenTheSame() throws Exception {
        byte[] old = Files.readAllBytes(Path.of("src/test/resources/last-known-good/before-balancing"));
        Files.write(file, old);
        assertThat(read()).isInstanceOfSatisfying(LastKnownGood.Found.class, found -> {
            assertThat(found.pool().snapshot().healthCheck()).isNotNull();
            assertThat(found.pool().snapshot().loadBalancing())
                    .isEqualTo(new LoadBalancing(LoadBalancing.Policy.RANDOM));
            // What an older proxy can serve, it must be able to read.
            assertThat(LastKnownGood.encode(found.pool())).isEqualTo(old);
        });
    }

    @Test
    void compressed_isReadBack() throws Exception {
        Files.write(file, compressed(LastKnownGood.encode(POOL)));
        assertThat(read()).isEqualTo(new LastKnownGood.Found(POOL));
    }

    @Test
    void compressedAndCutAnywhere_isUnusable() throws Exception {
        byte[] whole = compressed(LastKnownGood.encode(POOL));
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThat(reason()).as("cut at %d", length).startsWith(file + ": ").contains(" is ");
        }
    }

    @Test
    void compressedButNoPool_isUnusable() throws Exception {
        Files.write(file, compressed(new byte[] {1, 2, 3}));
        assertThat(reason()).isEqualTo(file + ": is no last known good pool (expected: begins with BPOOLLKG)");
    }

    private static byte[] compressed(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    @Test
    void absent_isAbsent() {
        assertThat(read()).isEqualTo(new LastKnownGood.Absent());
    }

    @Test
    void cutAnywhere_isUnusable() throws Exception {
        byte[] whole = LastKnownGood.encode(POOL);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThat(reason()).as("cut at %d", length).contains("(expected: ");
        }
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        assertThat(reason()).startsWith(file + ": is cut off or grown: ");
    }

    @Test
    void anyBitFlipped_isUnusable() throws Exception {
        byte[] whole = LastKnownGood.encode(POOL);
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            Files.write(file, damaged);
            assertThat(reason()).as("byte %d", i).isNotEmpty();
        }
    }

    @Test
    void newerVersion_isSaid() throws Exception {
        byte[] bytes = LastKnownGood.encode(POOL);
        ByteBuffer.wrap(bytes).putInt(8, 2);
        Files.write(file, bytes);
        assertThat(reason()).isEqualTo(file + ": format version: 2 (expected: 1): was written by another version");
    }

    @Test
    void otherPool_isSaid() throws Exception {
        LastKnownGood.write(file, POOL);
        assertThat(LastKnownGood.read(file, new PoolId("shop", "api")))
                .isEqualTo(new LastKnownGood.Unusable(file + ": pool: shop/web (expected: shop/api)"));
    }

    @Test
    void wrongDigest_isSaid() throws Exception {
        LastKnownGood.write(file, new PublishedPool(POOL.revision(), Snapshots.of(9)));
        assertThat(reason()).startsWith(file + ": revision 12 digest: sha256:");
    }

    @Test
    void otherFile_isSaid() throws Exception {
        Files.writeString(file, "apiVersion: v1\n");
        assertThat(reason()).isEqualTo(file + ": is no last known good pool (expected: begins with BPOOLLKG)");
    }

    @Test
    void unreadable_isSaid() throws Exception {
        Files.createDirectory(file);
        assertThat(reason()).startsWith(file + ": cannot be read: ");
    }

    @Test
    void failedWrite_leavesTheOldOne() throws Exception {
        LastKnownGood.write(file, POOL);
        // Where the next one would be written, something is in the way.
        Files.createDirectories(directory.resolve(".last-known-good.next/something"));
        assertThatThrownBy(() -> LastKnownGood.write(file, Snapshots.published(13, 1)))
                .isInstanceOf(IOException.class);
        assertThat(read()).isEqualTo(new LastKnownGood.Found(POOL));
    }

    private LastKnownGood.Read read() {
        return LastKnownGood.read(file, Snapshots.ID);
    }

    private String reason() {
        return read() instanceof LastKnownGood.Unusable(String reason) ? reason : "";
    }
}
