package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnservedTest {
    @Test
    void plainPool_isServed() {
        assertThat(Unserved.of(pool(new BackendGroup("web", 100)))).isNull();
    }

    @Test
    void protocolThatIsNotSpoken_isNamed() {
        assertThat(Unserved.of(pool(new BackendGroup(
                        "web", 100, BackendGroup.Protocol.H2C, null, BackendGroup.ProxyProtocol.NONE, List.of()))))
                .isEqualTo("backends[web].protocol: H2C is not spoken by this version yet (expected: HTTP or HTTPS)");
    }

    private static PoolSnapshot pool(BackendGroup group) {
        return new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(new Listener("http", 80, Listener.Protocol.HTTP)),
                List.of(group),
                List.of(),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null);
    }
}
