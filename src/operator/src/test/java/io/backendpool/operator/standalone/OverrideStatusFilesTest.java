package io.backendpool.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolOverride;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.operator.control.FakeClock;
import io.backendpool.operator.status.OverrideJudgement;
import io.backendpool.operator.translate.OverrideId;
import io.backendpool.operator.validate.ManifestFiles;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverrideStatusFilesTest {
    private static final OverrideId TONIGHT = new OverrideId("shop", "tonight");
    private static final OverrideJudgement ACTIVE = new OverrideJudgement(true, true, "Active", "blue is drained");
    private static final OverrideJudgement EXPIRED =
            new OverrideJudgement(true, false, "Expired", "expired at 2026-01-31T06:00:00Z");
    private static final PoolId WEB = new PoolId("shop", "web");

    private final FakeClock clock = new FakeClock(Instant.parse("2026-01-31T05:00:00Z"));

    @TempDir
    private Path folder = Path.of("");

    private Path manifest() {
        return folder.resolve("pool.yaml");
    }

    private OverrideStatusFiles files(StatusDocuments documents) {
        return new OverrideStatusFiles(List.of(folder), documents, clock);
    }

    private void written(Path manifest, OverrideJudgement judgement) {
        try (OverrideStatusFiles files = files(new StatusDocuments())) {
            files.are(Map.of(TONIGHT, manifest));
            files.say(TONIGHT, judgement);
        }
    }

    @Test
    void status_isThatOfTheResourceOnACluster() {
        written(manifest(), ACTIVE);

        assertThat(ManifestFiles.statusBeside(manifest())).hasContent("""
                ---
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPoolOverride
                metadata:
                  namespace: shop
                  name: tonight
                status:
                  conditions:
                  - lastTransitionTime: 2026-01-31T05:00:00Z
                    message: blue is drained
                    reason: Active
                    status: "True"
                    type: Accepted
                  - lastTransitionTime: 2026-01-31T05:00:00Z
                    message: blue is drained
                    reason: Active
                    status: "True"
                    type: Active
                """);
    }

    @Test
    void status_isWrittenWhileTheOperatorRuns_andGoesWithTheOverride() {
        try (OverrideStatusFiles files = files(new StatusDocuments())) {
            files.are(Map.of(TONIGHT, manifest()));
            files.say(TONIGHT, ACTIVE);
            Path status = ManifestFiles.statusBeside(manifest());
            await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(status));
            files.are(Map.of());
            await().atMost(Duration.ofSeconds(20)).until(() -> !Files.exists(status));
            files.say(TONIGHT, EXPIRED);
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void status_ofAnOperatorAfter_keepsTheTimesOfTransitions() throws IOException {
        written(manifest(), ACTIVE);
        clock.advance(Duration.ofHours(1));
        written(manifest(), EXPIRED);

        assertThat(StatusDocuments.read(manifest(), BackendPoolOverride.class))
                .singleElement()
                .extracting(BackendPoolOverride::getStatus)
                .satisfies(status -> assertThat(status.conditions)
                        .extracting(condition -> condition.getType() + " " + condition.getLastTransitionTime())
                        .containsExactly("Accepted 2026-01-31T05:00:00Z", "Active 2026-01-31T06:00:00Z"));
    }

    @Test
    void statusOfAnOverrideThatWentWhileNoOperatorWasThere_goes_alsoThatOfAFileThatIsGone() throws IOException {
        Path beside = ManifestFiles.overridesBeside(manifest());
        written(beside, ACTIVE);
        Files.writeString(folder.resolve("other.status.yaml"), "note: not ours\n");
        for (List<Path> roots : List.of(List.of(folder), List.of(manifest()))) {
            assertThat(ManifestFiles.statusBeside(beside)).exists();
            try (OverrideStatusFiles files = new OverrideStatusFiles(roots, new StatusDocuments(), clock)) {
                files.are(Map.of());
            }
            assertThat(ManifestFiles.statusBeside(beside)).doesNotExist();
            written(beside, ACTIVE);
        }
        assertThat(folder.resolve("other.status.yaml")).hasContent("note: not ours\n");
    }

    @Test
    void status_ofAnOverrideThatMoves_movesWithIt() throws IOException {
        Path other = folder.resolve("other.yaml");
        try (OverrideStatusFiles files = files(new StatusDocuments())) {
            files.are(Map.of(TONIGHT, manifest()));
            files.say(TONIGHT, ACTIVE);
            files.are(Map.of(TONIGHT, other));
        }
        assertThat(ManifestFiles.statusBeside(manifest())).doesNotExist();
        assertThat(StatusDocuments.read(other, BackendPoolOverride.class)).hasSize(1);
    }

    /** Two threads write the two kinds, and operators come and go. */
    @Test
    void statusesOfPoolsAndOverridesInOneManifest_leaveEachOtherAlone() throws IOException {
        StatusDocuments documents = new StatusDocuments();
        try (OverrideStatusFiles files = files(documents)) {
            files.are(Map.of(TONIGHT, manifest()));
            files.say(TONIGHT, ACTIVE);
        }
        StatusFiles pools = new StatusFiles(pool -> manifest(), documents);
        pools.write(WEB, revision(1));
        bothAre(1, "Active");

        written(manifest(), EXPIRED);
        bothAre(1, "Expired");
        StatusFiles after = new StatusFiles(pool -> manifest(), new StatusDocuments());
        assertThat(after.last(WEB)).usingRecursiveComparison().isEqualTo(revision(1));
        after.write(WEB, revision(2));
        bothAre(2, "Expired");

        after.forget(WEB);
        assertThat(StatusDocuments.read(manifest(), BackendPool.class)).isEmpty();
        assertThat(StatusDocuments.read(manifest(), BackendPoolOverride.class)).hasSize(1);
    }

    private static BackendPoolStatus revision(long revision) {
        BackendPoolStatus status = new BackendPoolStatus();
        status.revision = revision;
        return status;
    }

    private void bothAre(long revision, String reason) throws IOException {
        assertThat(StatusDocuments.read(manifest(), BackendPool.class))
                .singleElement()
                .satisfies(pool -> assertThat(pool.getStatus().revision).isEqualTo(revision));
        assertThat(StatusDocuments.read(manifest(), BackendPoolOverride.class))
                .singleElement()
                .satisfies(override -> assertThat(override.getStatus().conditions)
                        .extracting(condition -> condition.getReason())
                        .containsOnly(reason));
    }

    @Test
    void status_thatCannotBeWritten_hurtsNothing() {
        Path gone = folder.resolve("gone").resolve("pool.yaml");
        written(gone, ACTIVE);

        assertThat(folder).isEmptyDirectory();
    }
}
