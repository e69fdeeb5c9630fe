package io.backendpool.operator.pools;

import io.backendpool.operator.status.PoolFacts;
import io.backendpool.operator.status.PoolReport;
import io.backendpool.pool.PoolId;

/**
 * All that is known of a pool at one moment.
 *
 * @param facts what was asked for, published and said
 * @param report what the proxies say, as one
 */
public record PoolView(PoolFacts facts, PoolReport report) {
    /** Whose view it is. */
    public PoolId id() {
        return facts.spec().id();
    }
}
