package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.ClientLimits;
import io.backendpool.pool.IpRange;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.TrafficPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnservedTest {
    private static final Listener HTTP = new Listener("http", 80, Listener.Protocol.HTTP);
    private static final BackendGroup GROUP = new BackendGroup("web", 100);

    @Test
    void plainPool_isServed() {
        assertThat(Unserved.of(pool(HTTP, GROUP, TrafficPolicy.DEFAULT))).isNull();
    }

    @Test
    void protocolsThatAreNotSpoken_areNamed() {
        assertThat(Unserved.of(pool(new Listener("db", 5432, Listener.Protocol.TCP), GROUP, TrafficPolicy.DEFAULT)))
                .isEqualTo("listeners[db].protocol: TCP is not served by this version yet (expected: HTTP or HTTPS)");
        assertThat(Unserved.of(pool(
                        new Listener("http", 80, Listener.Protocol.HTTP, null, List.of(IpRange.parse("10.0.0.0/8"))),
                        GROUP,
                        TrafficPolicy.DEFAULT)))
                .isEqualTo("listeners[http].proxyProtocol: is not read by this version yet (expected: absent)");
        assertThat(Unserved.of(pool(
                        HTTP,
                        new BackendGroup(
                                "web",
                                100,
                                BackendGroup.Protocol.H2C,
                                null,
                                BackendGroup.ProxyProtocol.NONE,
                                List.of()),
                        TrafficPolicy.DEFAULT)))
                .isEqualTo("backends[web].protocol: H2C is not spoken by this version yet (expected: HTTP or HTTPS)");
        assertThat(Unserved.of(pool(
                        HTTP,
                        new BackendGroup(
                                "web", 100, BackendGroup.Protocol.HTTP, null, BackendGroup.ProxyProtocol.V2, List.of()),
                        TrafficPolicy.DEFAULT)))
                .isEqualTo("backends[web].proxyProtocol: is not sent by this version yet (expected: absent)");
    }

    @Test
    void policyThatIsNotObeyed_isNamed() {
        TrafficPolicy usual = TrafficPolicy.DEFAULT;
        TrafficPolicy limited = new TrafficPolicy(
                usual.timeouts(),
                usual.retries(),
                usual.circuitBreaker(),
                new ClientLimits(7, null, 65_536),
                usual.http());
        assertThat(Unserved.of(pool(HTTP, GROUP, limited)))
                .isEqualTo("limits: is not obeyed by this version yet (expected: absent)");
    }

    private static PoolSnapshot pool(Listener listener, BackendGroup group, TrafficPolicy traffic) {
        return new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(listener),
                List.of(group),
                List.of(),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null,
                traffic,
                List.of());
    }
}
