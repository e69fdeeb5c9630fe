package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.TrafficPolicy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterProxyHostTest {
    private static final PoolId POOL = new PoolId("shop", "web");

    private final ClusterProxyHost host = new ClusterProxyHost(pool -> "10.96.12.7:80");

    @Test
    void change_isToldOnceItIsOne() {
        List<PoolId> changes = new ArrayList<>();
        host.onChange(changes::add);
        host.address(POOL, "10.96.0.1:80");
        host.address(POOL, "10.96.0.1:80");
        host.problems(POOL, List.of("Service: no"));
        assertThat(changes).containsExactly(POOL, POOL);
        assertThat(host.state(POOL).address()).isEqualTo("10.96.0.1:80");
    }

    @Test
    void stop_forgetsThePoolAndTellsIt() {
        List<PoolId> stopped = new ArrayList<>();
        host.onStop(stopped::add);
        host.address(POOL, "10.96.0.1:80");
        host.stop(POOL);
        assertThat(host.state(POOL).address()).isEmpty();
        assertThat(stopped).containsExactly(POOL);
    }

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
                POOL,
                1L,
                List.of(),
                List.of(),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null,
                TrafficPolicy.DEFAULT,
                replicas);
    }
}
