package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The built operator as a process that kubelets stop. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OperatorProcessIT {
    private static final Duration SOON = Duration.ofSeconds(45);

    @TempDir
    private Path directory = Path.of("");

    private final TestNamespace namespace = new TestNamespace();
    private @Nullable Process operator;

    @BeforeEach
    void prepare() {
        Assumptions.assumeTrue(namespace.server.kind().isReal(), "the in-JVM server knows no server-side apply");
        Assumptions.assumeTrue(Programs.missing().isEmpty(), Programs.missing());
    }

    @AfterEach
    void stop() {
        if (operator != null) {
            operator.destroyForcibly();
        }
        namespace.close();
    }

    @Test
    void terminated_whileItLeads_givesTheLeaseBack_soThatAnotherNeedNotWaitForItsEnd() throws Exception {
        Path log = directory.resolve("operator.log");
        Process process = start(log);
        operator = process;
        await().atMost(SOON).until(() -> "one".equals(holder()));
        await("it leads").atMost(SOON).until(() -> Files.readString(log).contains("controller started"));

        process.destroy();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ended by itself").isTrue();
        assertThat(holder())
                .as("holder of the Lease; %s", Files.readString(log))
                .isNullOrEmpty();
    }

    private Process start(Path log) throws IOException {
        return Programs.start(
                Programs.SMALL,
                Programs.OPERATOR,
                List.of(
                        "operate",
                        "--watch-namespaces=" + namespace.name,
                        "--namespace=" + namespace.name,
                        "--identity=one",
                        "--bind=127.0.0.1",
                        "--control-port=0",
                        "--control-name=127.0.0.1",
                        "--admin-port=0"),
                Map.of(
                        "KUBECONFIG",
                        namespace
                                .server
                                .writeKubeconfig(directory)
                                .orElseThrow()
                                .toString()),
                log);
    }

    private @Nullable String holder() {
        var lease = namespace
                .client
                .leases()
                .inNamespace(namespace.name)
                .withName("backendpool-operator")
                .get();
        LeaseSpec spec = lease == null ? null : lease.getSpec();
        return spec == null ? null : spec.getHolderIdentity();
    }
}
