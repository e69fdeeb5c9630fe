package io.backendpool.operator.resources;

import io.backendpool.api.v1alpha1.BackendPool;
import io.fabric8.kubernetes.client.utils.Serialization;

/** Pools of tests. */
final class Pools {
    private Pools() {}

    /** A pool as the API server would give it back, but for the defaults that only it fills in. */
    static BackendPool pool(String yaml) {
        BackendPool pool = Serialization.unmarshal(yaml, BackendPool.class);
        if (pool.getMetadata().getNamespace() == null) {
            pool.getMetadata().setNamespace("shop");
        }
        if (pool.getMetadata().getUid() == null) {
            pool.getMetadata().setUid("c2c7c1a4-6e0c-4a5c-9c3b-0e6d0f6c1b11");
        }
        return pool;
    }

    /** A pool with one listener and one backend, and {@code proxy} (in flow style) as its spec.proxy. */
    static BackendPool poolWithProxy(String proxy) {
        return pool("""
                metadata: {name: web}
                spec:
                  listeners: [{name: http, port: 8080}]
                  backends: [{name: a, addresses: ["10.0.0.1:80"]}]
                  proxy: %s
                """.formatted(proxy));
    }
}
