package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaderLockTest {
    private final Logger logger = Logger.getLogger(LeaderLock.class.getName());
    private final List<String> said = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            said.add(line.getMessage());
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };
    private final KubernetesClient client =
            new KubernetesClientBuilder().withConfig(Config.empty()).build();
    private final Lease lease = new Lease();
    private final LeaderLock lock = new LeaderLock(lease);

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void close() {
        logger.removeHandler(handler);
        client.close();
    }

    @Test
    void lease_thatCannotBeRead_isSaidOnceUntilItCan() {
        lease.failure = new KubernetesClientException("Connection refused");
        for (int i = 0; i < 30; i++) {
            assertThatThrownBy(() -> lock.get(client)).isSameAs(lease.failure);
        }
        assertThat(said).hasSize(1).first().asString().contains("Connection refused");
        lease.failure = null;
        assertThat(lock.get(client)).isNull();
        assertThat(said).hasSize(2);
    }

    @Test
    void conflict_isNoProblem() {
        lease.failure = new KubernetesClientException("the object has been modified", 409, null);
        assertThatThrownBy(() -> lock.get(client)).isSameAs(lease.failure);
        assertThat(said).isEmpty();
    }

    private static final class Lease implements Lock {
        @Nullable
        KubernetesClientException failure;

        @Override
        public @Nullable LeaderElectionRecord get(KubernetesClient client) {
            if (failure != null) {
                throw failure;
            }
            return null;
        }

        @Override
        public void create(KubernetesClient client, LeaderElectionRecord leader) {
            get(client);
        }

        @Override
        public void update(KubernetesClient client, LeaderElectionRecord leader) {
            get(client);
        }

        @Override
        public String identity() {
            return "one";
        }

        @Override
        public String describe() {
            return "Lease test/one";
        }
    }
}
