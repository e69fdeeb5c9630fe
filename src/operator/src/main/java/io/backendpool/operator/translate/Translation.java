package io.backendpool.operator.translate;

import io.backendpool.pool.PoolSnapshot;
import java.util.List;

/**
 * What a manifest and the addresses of its names come to.
 *
 * @param snapshot what proxies are to run
 * @param findings what is missing in it or old, in the manifest's order
 * @param complete false while a first lookup is under way: nothing is known to be wrong, but backends are still to come
 */
public record Translation(PoolSnapshot snapshot, List<Finding> findings, boolean complete) {
    public Translation {
        findings = List.copyOf(findings);
    }
}
