package io.backendpool.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.api.v1alpha1.BackendPoolOverride;
import io.backendpool.operator.control.FakeClock;
import io.backendpool.operator.translate.OverrideVerdict;
import io.backendpool.operator.translate.OverrideVerdict.Reason;
import io.backendpool.operator.validate.ManifestCheck;
import io.backendpool.operator.validate.ManifestValidator;
import io.backendpool.operator.validate.Problem;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the status of an override in a file says, through what happens to it and to its pool. */
class FileOverridesTest {
    private static final PoolId WEB = new PoolId("default", "web");
    private static final OverrideVerdict ACTIVE =
            new OverrideVerdict("tonight", Reason.ACTIVE, "group blue is drained");
    private static final OverrideVerdict EXPIRED = new OverrideVerdict("tonight", Reason.EXPIRED, "expired at noon");

    private final FakeClock clock = new FakeClock(Instant.parse("2026-01-31T05:00:00Z"));

    @TempDir
    private Path folder = Path.of("");

    private OverrideStatusFiles statuses = files();
    private FileOverrides overrides = new FileOverrides(statuses);

    private OverrideStatusFiles files() {
        return new OverrideStatusFiles(List.of(), new StatusDocuments(), clock);
    }

    @AfterEach
    void stop() {
        statuses.close();
    }

    private static String document(String name) {
        return """
                ---
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPoolOverride
                metadata: {name: %s}
                spec: {pool: web, group: blue, drain: true}
                """.formatted(name);
    }

    private Path file() {
        return folder.resolve("tonight.yaml");
    }

    /** As the watcher hands it on; gives back what is wrong. */
    private List<String> are(String text, PoolId... pools) throws IOException {
        Files.writeString(file(), text);
        ManifestCheck check = new ManifestValidator().check(List.of(file()));
        assertThat(check.problems()).isEmpty();
        return overrides.replace(check.overrides(), Set.of(pools)).stream()
                .map(Problem::toString)
                .toList();
    }

    /** The reason in the status file of each override, once all is written. */
    private List<String> said() throws IOException {
        statuses.close();
        List<String> said = StatusDocuments.read(file(), BackendPoolOverride.class).stream()
                .map(override -> override.getMetadata().getName() + " "
                        + Objects.requireNonNull(override.getStatus().conditions)
                                .getLast()
                                .getReason())
                .toList();
        assertThat(overrides.withoutEffect())
                .as("what is told of beside the status")
                .hasSameSizeAs(
                        said.stream().filter(one -> !one.endsWith(" Active")).toList());
        return said;
    }

    @Test
    void override_ofAPoolThatIsThere_hasTheVerdictOfItsKeeper() throws IOException {
        assertThat(are(document("tonight"), WEB)).isEmpty();
        overrides.judged(WEB, List.of(ACTIVE));
        assertThat(overrides.withoutEffect()).isEmpty();
        overrides.judged(WEB, List.of(EXPIRED));

        assertThat(overrides.withoutEffect())
                .extracting(Problem::toString)
                .containsExactly(file() + ":2: override tonight: expired at noon");
        assertThat(said()).containsExactly("tonight Expired");
    }

    @Test
    void override_ofAPoolThatIsNotThere_saysSo_andWaitsForItsKeeperOnceItIs() throws IOException {
        are(document("tonight"));
        assertThat(overrides.withoutEffect())
                .extracting(Problem::toString)
                .containsExactly(file() + ":2: override tonight: there is no pool default/web");
        are(document("tonight"), WEB);
        assertThat(overrides.withoutEffect()).isEmpty();
        overrides.judged(WEB, List.of(ACTIVE));
        assertThat(said()).containsExactly("tonight Active");
    }

    @Test
    void pool_thatGoes_isJudgedALastTime_andTheOverrideHasNoPoolAllTheSame() throws IOException {
        are(document("tonight"), WEB);
        are(document("tonight"));
        overrides.judged(WEB, List.of(ACTIVE));

        assertThat(said()).containsExactly("tonight PoolNotFound");
    }

    /** Its keeper, who saw both in one look, has nothing new to say. */
    @Test
    void override_thatGoesAndComesBackAtOnce_hasItsStatusAgain() throws IOException {
        are(document("tonight"), WEB);
        overrides.judged(WEB, List.of(ACTIVE));
        are(document("other"), WEB);
        are(document("tonight"), WEB);

        assertThat(said()).containsExactly("tonight Active");
    }
}
