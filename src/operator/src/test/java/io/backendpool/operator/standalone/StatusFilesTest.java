package io.backendpool.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.api.v1alpha1.ProxySummary;
import io.backendpool.operator.logs.LogLines;
import io.backendpool.operator.validate.ManifestFiles;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusFilesTest {
    private static final PoolId A = new PoolId("shop", "a");
    private static final PoolId B = new PoolId("shop", "b");

    private static BackendPoolStatus status(long revision) {
        BackendPoolStatus status = new BackendPoolStatus();
        status.revision = revision;
        ProxySummary proxies = new ProxySummary();
        proxies.syncedRatio = "1/1";
        status.proxies = proxies;
        return status;
    }

    @Test
    void write_ofOnePool_isTheStatusAsOnACluster(@TempDir Path directory) throws IOException {
        Path manifest = directory.resolve("pools.yaml");
        StatusFiles files = new StatusFiles(pool -> manifest, new StatusDocuments());

        files.write(A, status(1));
        files.write(A, status(2));

        assertThat(directory.resolve("pools.yaml.status.yaml")).hasContent("""
                ---
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPool
                metadata:
                  namespace: shop
                  name: a
                status:
                  revision: 2
                  proxies:
                    syncedRatio: 1/1
                """);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void write_ofManyPools_isOneDocumentForEach_andForgetTakesItOut(@TempDir Path directory) throws IOException {
        Path manifest = directory.resolve("pools.yaml");
        StatusFiles files = new StatusFiles(pool -> manifest, new StatusDocuments());

        files.write(B, status(1));
        files.write(A, status(2));
        assertThat(Files.readString(ManifestFiles.statusBeside(manifest))
                        .lines()
                        .filter(line -> line.startsWith("  name:")))
                .containsExactly("  name: a", "  name: b");

        files.forget(A);
        assertThat(Files.readString(ManifestFiles.statusBeside(manifest)))
                .contains("name: b")
                .doesNotContain("name: a");
        files.forget(B);
        assertThat(ManifestFiles.statusBeside(manifest)).doesNotExist();
    }

    @Test
    void last_isWhatAnOperatorBeforeWrote_andStaysWhenAnotherPoolIsWritten(@TempDir Path directory) throws IOException {
        Path manifest = directory.resolve("pools.yaml");
        StatusFiles before = new StatusFiles(pool -> manifest, new StatusDocuments());
        assertThat(before.last(A)).isNull();
        before.write(A, status(1));
        before.write(B, status(2));

        StatusFiles files = new StatusFiles(pool -> manifest, new StatusDocuments());
        assertThat(files.last(A)).usingRecursiveComparison().isEqualTo(status(1));
        assertThat(files.last(new PoolId("shop", "c"))).isNull();
        assertThat(files.last(B)).isNotNull();
        files.write(B, status(3));
        assertThat(Files.readString(ManifestFiles.statusBeside(manifest))).contains("revision: 1", "revision: 3");
    }

    @Test
    void last_ofADamagedFile_isNothing(@TempDir Path directory) throws IOException {
        Path manifest = directory.resolve("pools.yaml");
        Files.writeString(ManifestFiles.statusBeside(manifest), "status: [\n  what: {");

        assertThat(new StatusFiles(pool -> manifest, new StatusDocuments()).last(A))
                .isNull();
    }

    @Test
    void last_ofAPoolThatNeverRan_isNothing_andNoWarning(@TempDir Path directory) {
        LogLines log = new LogLines();
        log.begin();
        try {
            assertThat(new StatusFiles(pool -> directory.resolve("pools.yaml"), new StatusDocuments()).last(A))
                    .isNull();
        } finally {
            log.end();
        }
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void write_whereItCannot_goesOn(@TempDir Path directory) {
        StatusFiles files =
                new StatusFiles(pool -> directory.resolve("gone").resolve("pools.yaml"), new StatusDocuments());

        files.write(A, status(1));
        files.write(A, status(2));

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void lines_sayOnlyWhatHasChanged() {
        List<String> out = new ArrayList<>();
        StatusLines lines = new StatusLines(out::add);

        lines.write(A, status(1));
        lines.write(A, status(1));
        lines.write(A, status(2));
        lines.forget(A);

        assertThat(out)
                .containsExactly(
                        "pool=shop/a revision=1 ready=null synced=1/1",
                        "pool=shop/a revision=2 ready=null synced=1/1",
                        "pool=shop/a gone");
    }
}
