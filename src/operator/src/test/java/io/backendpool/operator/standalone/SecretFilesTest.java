package io.backendpool.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.operator.secrets.PastCertificates;
import io.backendpool.operator.secrets.TestSecret;
import io.backendpool.operator.translate.KeyedCertificate;
import io.backendpool.operator.translate.SecretId;
import io.backendpool.operator.translate.SecretState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFilesTest {
    private static final SecretId WEB = new SecretId("default", "web-tls");

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    Path directory;

    private final Queue<SecretId> changes = new ConcurrentLinkedQueue<>();
    private SecretFiles files;
    private Path folder;

    @BeforeEach
    void start() {
        folder = directory.resolve("secrets/web-tls");
        files = new SecretFiles(
                java.util.List.of(directory.resolve("nowhere"), directory.resolve("secrets")),
                Clock.systemUTC(),
                PastCertificates.NONE);
        files.onChange(changes::add);
    }

    @AfterEach
    void stop() {
        files.close();
    }

    private void write(TestSecret secret) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("tls.crt"), secret.chain());
        Files.writeString(folder.resolve("tls.key"), secret.key());
    }

    private void awaitCertificate(TestSecret secret) {
        await().untilAsserted(() -> {
            assertThat(files.state(WEB)).isInstanceOf(SecretState.Present.class);
            SecretState.Present present = (SecretState.Present) files.state(WEB);
            assertThat(present.certificate()).isInstanceOf(SecretState.Good.class);
            assertThat(((SecretState.Good<KeyedCertificate>) present.certificate())
                            .value()
                            .chain()
                            .replace("\n", ""))
                    .isEqualTo(secret.chain().replaceAll("\\R", ""));
        });
    }

    @Test
    void folder_isReadAsAMountedSecret_andTold() throws IOException {
        TestSecret secret = TestSecret.ecdsa("a.test");
        write(secret);
        files.follow(Set.of(WEB));
        awaitCertificate(secret);
        await().until(() -> changes.contains(WEB));
    }

    @Test
    void missingFolder_isAbsentWithItsPath_untilItComes() throws IOException {
        files.follow(Set.of(WEB));
        await().untilAsserted(() -> assertThat(files.state(WEB))
                .isInstanceOfSatisfying(SecretState.Absent.class, absent -> assertThat(absent.expected())
                        .isEqualTo("tls.crt and tls.key, or ca.crt, in " + directory.resolve("nowhere/web-tls"))));
        TestSecret secret = TestSecret.ecdsa("a.test");
        write(secret);
        awaitCertificate(secret);
    }

    @Test
    void renewedFiles_areLive_whetherWrittenInPlaceOrRenamed() throws IOException {
        write(TestSecret.ecdsa("first.test"));
        files.follow(Set.of(WEB));
        TestSecret second = TestSecret.ecdsa("second.test");
        write(second);
        awaitCertificate(second);
        TestSecret third = TestSecret.rsa("third.test");
        for (String[] file : new String[][] {{"tls.crt", third.chain()}, {"tls.key", third.key()}}) {
            Path next = Files.writeString(directory.resolve(file[0]), file[1]);
            Files.move(next, folder.resolve(file[0]), StandardCopyOption.ATOMIC_MOVE);
        }
        awaitCertificate(third);
    }

    @Test
    void mountedSecret_thatIsSwappedByItsLink_isLive() throws IOException {
        Path first = Files.createDirectories(directory.resolve("..first"));
        Path second = Files.createDirectories(directory.resolve("..second"));
        TestSecret old = TestSecret.ecdsa("old.test");
        TestSecret young = TestSecret.ecdsa("young.test");
        Files.writeString(first.resolve("tls.crt"), old.chain());
        Files.writeString(first.resolve("tls.key"), old.key());
        Files.writeString(second.resolve("tls.crt"), young.chain());
        Files.writeString(second.resolve("tls.key"), young.key());
        Files.createDirectories(folder);
        Path data = folder.resolve("..data");
        Files.createSymbolicLink(data, first);
        Files.createSymbolicLink(folder.resolve("tls.crt"), Path.of("..data/tls.crt"));
        Files.createSymbolicLink(folder.resolve("tls.key"), Path.of("..data/tls.key"));
        files.follow(Set.of(WEB));
        awaitCertificate(old);
        Files.createSymbolicLink(folder.resolve("..next"), second);
        Files.move(folder.resolve("..next"), data, StandardCopyOption.ATOMIC_MOVE);
        awaitCertificate(young);
    }

    @Test
    void badFile_isSaid_andTheLastGoodOneIsKept() throws IOException {
        TestSecret secret = TestSecret.ecdsa("a.test");
        write(secret);
        files.follow(Set.of(WEB));
        awaitCertificate(secret);
        Files.writeString(folder.resolve("tls.key"), TestSecret.ecdsa("b.test").key());
        await().untilAsserted(() -> {
            SecretState.Present present = (SecretState.Present) files.state(WEB);
            assertThat(present.certificate())
                    .isInstanceOfSatisfying(SecretState.Bad.class, bad -> assertThat(bad.message())
                            .startsWith("has a key that does not belong to its certificate"));
            assertThat(present.lastGood().certificate()).isNotNull();
        });
        Files.writeString(folder.resolve("tls.key"), secret.key());
        awaitCertificate(secret);
    }

    @Test
    void deletedFiles_areAbsent_andTheLastGoodOneIsKept() throws IOException {
        write(TestSecret.ecdsa("a.test"));
        files.follow(Set.of(WEB));
        await().until(() -> files.state(WEB) instanceof SecretState.Present);
        Files.delete(folder.resolve("tls.crt"));
        Files.delete(folder.resolve("tls.key"));
        await().untilAsserted(() -> assertThat(files.state(WEB))
                .isInstanceOfSatisfying(
                        SecretState.Absent.class,
                        absent -> assertThat(absent.lastGood().certificate()).isNotNull()));
    }
}
