package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.StatusRange;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UnservedTest {
    private static final HealthCheck.Probe HTTP =
            new HealthCheck.HttpProbe("/", null, List.of(new StatusRange(200, 299)));

    @Test
    void whatIsServed_isNot() {
        assertThat(Unserved.of(pool(new BackendGroup("web", 100), HTTP))).isNull();
        assertThat(Unserved.of(pool(http2(BackendGroup.ProxyProtocol.NONE), new HealthCheck.TcpProbe())))
                .isNull();
        assertThat(Unserved.of(pool(http2(BackendGroup.ProxyProtocol.NONE), HTTP)))
                .isNull();
        assertThat(Unserved.of(pool(http2(BackendGroup.ProxyProtocol.NONE), null)))
                .isNull();
    }

    @Test
    void headerOfOneClient_onSharedConnections_isRefused() {
        assertThat(Unserved.of(pool(http2(BackendGroup.ProxyProtocol.V2), null)))
                .isEqualTo(
                        "backends[web].proxyProtocol: V2 with protocol H2C (expected: absent, for its connections are shared by clients)");
    }

    private static BackendGroup http2(BackendGroup.ProxyProtocol header) {
        return new BackendGroup("web", 100, BackendGroup.Protocol.H2C, null, header, List.of());
    }

    private static PoolSnapshot pool(BackendGroup group, HealthCheck.@Nullable Probe probe) {
        return new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(new Listener("http", 80, Listener.Protocol.HTTP)),
                List.of(group),
                List.of(),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                probe == null
                        ? null
                        : new HealthCheck(probe, null, Duration.ofSeconds(5), Duration.ofSeconds(1), 2, 3));
    }
}
