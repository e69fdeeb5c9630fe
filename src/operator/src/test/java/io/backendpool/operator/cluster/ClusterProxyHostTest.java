package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterProxyHostTest {
    private static final PoolId POOL = new PoolId("shop", "web");

    private final ClusterProxyHost host = new ClusterProxyHost(pool -> "10.96.12.7:80");

    @Test
    void run_afterAnotherOperator_keepsTheAddressThatItWrote_untilItIsKnown() {
        host.run(spec(2));
        assertThat(host.state(POOL).address()).isEqualTo("10.96.12.7:80");
        assertThat(host.state(POOL).desired()).isEqualTo(2);

        host.address(POOL, "10.96.0.9:80");
        host.run(spec(3));
        assertThat(host.state(POOL).address()).isEqualTo("10.96.0.9:80");
        assertThat(host.state(POOL).desired()).isEqualTo(3);
    }

    @Test
    void address_thatIsGone_doesNotComeBack() {
        host.run(spec(2));
        host.address(POOL, "");
        host.run(spec(3));
        assertThat(host.state(POOL).address()).isEmpty();
    }

    private static PoolSpec spec(int replicas) {
        return new PoolSpec(
                POOL, 1L, List.of(), List.of(), new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN), null, replicas);
    }
}
