package io.backendpool.operator.translate;

import io.backendpool.pool.PoolSnapshot;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a manifest and the addresses of its names come to.
 *
 * @param snapshot what proxies are to run
 * @param findings what is missing in it or old, in the manifest's order
 * @param complete false while a first lookup is under way: nothing is known to be wrong, but backends are still to come
 * @param overrides what came of each override, in the order of their names
 * @param nextExpiry when an override ends by itself, so that it is to be translated again; null: none does
 */
public record Translation(
        PoolSnapshot snapshot,
        List<Finding> findings,
        boolean complete,
        List<OverrideVerdict> overrides,
        @Nullable Instant nextExpiry) {
    public Translation {
        findings = List.copyOf(findings);
        overrides = List.copyOf(overrides);
    }

    /** One without overrides. */
    public Translation(PoolSnapshot snapshot, List<Finding> findings, boolean complete) {
        this(snapshot, findings, complete, List.of(), null);
    }
}
