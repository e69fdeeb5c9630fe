package io.backendpool.operator.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backendpool.api.v1alpha1.BackendPool;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class OverrideTargetTest {
    private static final BackendPool POOL = Serialization.unmarshal("""
            apiVersion: backendpool.io/v1alpha1
            kind: BackendPool
            metadata: {namespace: shop, name: web}
            spec:
              backends: [{name: stable}, {name: canary}]
            status:
              backends:
                - {group: stable, address: "10.0.0.1:80", origin: web-0}
                - {group: stable, address: "10.0.0.2:80", origin: web-1}
                - {group: canary, address: "10.0.0.2:80", origin: web-1}
            """, BackendPool.class);

    @Test
    void find_ofGroupAddressOrPod_isIt() throws IOException {
        assertThat(OverrideTarget.find(POOL, "canary")).isEqualTo(new OverrideTarget("canary", null));
        OverrideTarget first = new OverrideTarget("stable", "10.0.0.1:80");
        assertThat(OverrideTarget.find(POOL, "10.0.0.1:80")).isEqualTo(first);
        assertThat(OverrideTarget.find(POOL, "stable/10.0.0.1:80")).isEqualTo(first);
        assertThat(OverrideTarget.find(POOL, "web-0")).isEqualTo(first);
        assertThat(OverrideTarget.find(POOL, "canary/10.0.0.2:80"))
                .isEqualTo(new OverrideTarget("canary", "10.0.0.2:80"));
    }

    @Test
    void find_ofNoneOrSeveral_saysWhichThereAre() {
        assertThatThrownBy(() -> OverrideTarget.find(POOL, "blue"))
                .hasMessage("blue: no group and no backend of pool shop/web (expected: one of [stable, canary,"
                        + " stable/10.0.0.1:80, stable/10.0.0.2:80, canary/10.0.0.2:80])");
        assertThatThrownBy(() -> OverrideTarget.find(POOL, "web-1"))
                .hasMessage("web-1: several backends of pool shop/web (expected: one of [stable/10.0.0.2:80,"
                        + " canary/10.0.0.2:80])");
    }
}
