package io.backendpool.operator.standalone;

import io.backendpool.operator.pools.Overrides;
import io.backendpool.operator.translate.OverrideSpec;
import io.backendpool.operator.translate.OverrideVerdict;
import io.backendpool.operator.validate.Problem;
import io.backendpool.operator.validate.ValidOverride;
import io.backendpool.pool.PoolId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Overrides as documents beside the pools' manifests. One that is edited so that it is no longer valid, or deleted, counts no
 * more: unlike a pool it is only for a while, and whoever takes it away wants it gone. What came of each is said in the log.
 * Any thread.
 */
final class FileOverrides implements Overrides {
    private static final Logger LOG = Logger.getLogger(FileOverrides.class);

    private volatile Map<PoolId, List<OverrideSpec>> byPool = Map.of();
    private volatile Consumer<PoolId> listener = pool -> {};

    /** These and no others are there from now on; gives back what is wrong with those that cannot be read. */
    List<Problem> replace(List<ValidOverride> documents) {
        List<Problem> problems = new ArrayList<>();
        Map<PoolId, List<OverrideSpec>> next = new HashMap<>();
        for (ValidOverride document : documents) {
            try {
                OverrideSpec spec = OverrideSpec.read(document.override());
                next.computeIfAbsent(spec.pool(), pool -> new ArrayList<>()).add(spec);
            } catch (IllegalArgumentException notCaughtBySchema) {
                problems.add(new Problem(
                        document.file(), document.line(), "", String.valueOf(notCaughtBySchema.getMessage())));
            }
        }
        Map<PoolId, List<OverrideSpec>> before = byPool;
        byPool = Map.copyOf(next);
        Set<PoolId> concerned = new HashSet<>(before.keySet());
        concerned.addAll(next.keySet());
        concerned.removeIf(pool -> before.getOrDefault(pool, List.of()).equals(next.getOrDefault(pool, List.of())));
        concerned.forEach(listener);
        return problems;
    }

    @Override
    public List<OverrideSpec> of(PoolId pool) {
        return byPool.getOrDefault(pool, List.of());
    }

    @Override
    public void onChange(Consumer<PoolId> listener) {
        this.listener = listener;
    }

    @Override
    public void judged(PoolId pool, List<OverrideVerdict> verdicts) {
        for (OverrideVerdict verdict : verdicts) {
            if (verdict.reason().isActive()) {
                LOG.infof("pool=%s %s", pool, verdict);
            } else {
                LOG.warnf("pool=%s %s", pool, verdict);
            }
        }
    }
}
