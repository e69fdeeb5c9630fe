package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.PoolId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterProxyHostTest {
    private final ClusterProxyHost host = new ClusterProxyHost();
    private final PoolId shop = new PoolId("test", "shop");

    @Test
    void change_isToldOnceItIsOne() {
        List<PoolId> changes = new ArrayList<>();
        host.onChange(changes::add);
        host.address(shop, "10.96.0.1:80");
        host.address(shop, "10.96.0.1:80");
        host.problems(shop, List.of("Service: no"));
        assertThat(changes).containsExactly(shop, shop);
        assertThat(host.state(shop).address()).isEqualTo("10.96.0.1:80");
    }

    @Test
    void stop_forgetsThePoolAndTellsIt() {
        List<PoolId> stopped = new ArrayList<>();
        host.onStop(stopped::add);
        host.address(shop, "10.96.0.1:80");
        host.stop(shop);
        assertThat(host.state(shop).address()).isEmpty();
        assertThat(stopped).containsExactly(shop);
    }
}
