package io.backendpool.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    private Path directory;
    private Path file;
    private Path next;

    @BeforeEach
    void setUp(@TempDir Path temporary) {
        directory = temporary;
        file = directory.resolve("state");
        next = directory.resolve(".state.next");
    }

    private interface Write {
        void write(Path file, String text) throws IOException;
    }

    private static final List<Write> ALL = List.of(
            AtomicFile::write,
            AtomicFile::writePrivate,
            (file, text) -> AtomicFile.writePrivateAndSync(file, text.getBytes(UTF_8)));

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.toList();
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void written_isThere_replacesTheOld_andLeavesNothingBeside() throws IOException {
        for (Write way : ALL) {
            way.write(file, "longer than the next\n");
            way.write(file, "new\n");
            assertThat(file).hasContent("new\n");
            way.write(file, "");
            assertThat(file).isEmptyFile();
            assertThat(files()).containsExactly(file);
        }
    }

    @Test
    void private_isItsOwnersOnly_whateverWasThereBefore() throws IOException {
        for (Write way : ALL.subList(1, ALL.size())) {
            for (Path before : List.of(file, next)) {
                Files.writeString(before, "old");
                Files.setPosixFilePermissions(before, PosixFilePermissions.fromString("rw-rw-rw-"));
            }
            way.write(file, "secret");
            assertThat(mode(file)).isEqualTo("rw-------");
            assertThat(file).hasContent("secret");
        }
    }

    @Test
    void public_hasTheModeOfAnyNewFile() throws IOException {
        Path other = Files.createFile(directory.resolve("other"));
        AtomicFile.writePrivate(file, "x");
        AtomicFile.write(file, "x");
        assertThat(mode(file)).isEqualTo(mode(other));
    }

    @Test
    void crashInTheMiddle_leavesTheOldOne_andTheNextWriteGoesOn() throws IOException {
        for (Write way : ALL) {
            way.write(file, "old");
            // As far as a process came that was killed in its write.
            Files.writeString(next, "half of a much longer cont");
            assertThat(file).hasContent("old");
            way.write(file, "new");
            assertThat(file).hasContent("new");
            assertThat(files()).containsExactly(file);
        }
    }

    @Test
    void linkInTheWay_isNotFollowed() throws IOException {
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "of somebody else");
        Files.createSymbolicLink(next, elsewhere);
        AtomicFile.writePrivate(file, "secret");
        assertThat(elsewhere).hasContent("of somebody else");
        assertThat(file).hasContent("secret");
    }

    @Test
    void failedRename_isThrown_andLeavesWhatWasThere() throws IOException {
        Path old = Files.writeString(Files.createDirectory(file).resolve("old"), "old");
        for (Write way : ALL) {
            assertThatThrownBy(() -> way.write(file, "new")).isInstanceOf(IOException.class);
            assertThat(old).hasContent("old");
            assertThat(files()).containsExactly(file);
        }
    }

    @Test
    void failedWrite_isThrown_andLeavesTheOldOne() throws IOException {
        AtomicFile.write(file, "old");
        Files.createDirectories(next.resolve("in the way"));
        for (Write way : ALL) {
            assertThatThrownBy(() -> way.write(file, "new")).isInstanceOf(IOException.class);
            assertThat(file).hasContent("old");
        }
    }

    @Test
    void reader_neverSeesAPart() throws Exception {
        String odd = "1".repeat(100_000);
        String even = "22".repeat(100_000);
        AtomicFile.write(file, odd);
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
            try {
                while (!ended.get()) {
                    assertThat(Files.readString(file)).isIn(odd, even);
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        for (int i = 0; i < 200; i++) {
            AtomicFile.write(file, i % 2 == 0 ? even : odd);
        }
        ended.set(true);
        reader.get();
    }
}
