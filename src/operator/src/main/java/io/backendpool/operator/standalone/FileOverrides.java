package io.backendpool.operator.standalone;

import io.backendpool.operator.pools.Overrides;
import io.backendpool.operator.status.OverrideJudgement;
import io.backendpool.operator.translate.OverrideId;
import io.backendpool.operator.translate.OverrideSpec;
import io.backendpool.operator.translate.OverrideVerdict;
import io.backendpool.operator.validate.Problem;
import io.backendpool.operator.validate.ValidOverride;
import io.backendpool.pool.PoolId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Overrides as documents beside the pools' manifests. One that is edited so that it is no longer valid, or deleted, counts no
 * more: unlike a pool it is only for a while, and whoever takes it away wants it gone. What came of each is said in the log
 * and in its status. Any thread.
 */
final class FileOverrides implements Overrides {
    private static final Logger LOG = Logger.getLogger(FileOverrides.class);

    private final OverrideStatusFiles statuses;
    private final Map<PoolId, Map<String, OverrideVerdict>> verdicts = new HashMap<>();
    private Map<OverrideId, OverrideDocument> documents = Map.of();
    private Set<PoolId> pools = Set.of();
    private volatile Map<PoolId, List<OverrideSpec>> byPool = Map.of();
    private volatile Consumer<PoolId> listener = pool -> {};

    /** {@code statuses} gets what came of each. */
    FileOverrides(OverrideStatusFiles statuses) {
        this.statuses = statuses;
    }

    /**
     * These and no others are there from now on; gives back what is wrong with those that cannot be read.
     *
     * @param known the pools that there are
     */
    List<Problem> replace(List<ValidOverride> valid, Set<PoolId> known) {
        List<Problem> problems = new ArrayList<>();
        Map<OverrideId, OverrideDocument> next = OverrideDocument.read(valid, problems);
        Map<PoolId, List<OverrideSpec>> nextByPool = new HashMap<>();
        next.values().forEach(document -> {
            OverrideSpec spec = document.spec();
            if (spec != null) {
                nextByPool
                        .computeIfAbsent(spec.pool(), pool -> new ArrayList<>())
                        .add(spec);
            }
        });
        Map<PoolId, List<OverrideSpec>> before = byPool;
        byPool = Map.copyOf(nextByPool);
        are(next, known);
        Set<PoolId> concerned = new HashSet<>(before.keySet());
        concerned.addAll(nextByPool.keySet());
        concerned.removeIf(
                pool -> before.getOrDefault(pool, List.of()).equals(nextByPool.getOrDefault(pool, List.of())));
        concerned.forEach(listener);
        return problems;
    }

    private synchronized void are(Map<OverrideId, OverrideDocument> next, Set<PoolId> known) {
        Set<Problem> lostBefore = new HashSet<>(lost());
        documents = Map.copyOf(next);
        pools = Set.copyOf(known);
        verdicts.keySet().retainAll(known);
        lost().stream().filter(problem -> !lostBefore.contains(problem)).forEach(problem -> LOG.warn(problem));
        Map<OverrideId, Path> places = new HashMap<>();
        next.forEach((id, document) -> places.put(id, document.file()));
        statuses.are(places);
        next.values().forEach(this::say);
    }

    /** Those whose pool is not there. They wait for it. */
    private List<Problem> lost() {
        List<Problem> lost = new ArrayList<>();
        for (OverrideDocument document : documents.values()) {
            OverrideSpec spec = document.spec();
            if (spec != null && !pools.contains(spec.pool())) {
                lost.add(
                        document.withoutEffect(OverrideVerdict.withoutPool(spec).message()));
            }
        }
        return lost;
    }

    private void say(OverrideDocument document) {
        OverrideJudgement judgement = judgement(document);
        if (judgement != null) {
            statuses.say(document.id(), judgement);
        }
    }

    /** Null: the pool's keeper has not judged it yet. */
    private @Nullable OverrideJudgement judgement(OverrideDocument document) {
        OverrideSpec spec = document.spec();
        if (spec == null) {
            return OverrideJudgement.invalid(document.fault());
        }
        if (!pools.contains(spec.pool())) {
            return OverrideJudgement.of(OverrideVerdict.withoutPool(spec));
        }
        OverrideVerdict verdict = verdicts.getOrDefault(spec.pool(), Map.of()).get(spec.name());
        return verdict == null ? null : OverrideJudgement.of(verdict);
    }

    /** Those that can be read and that traffic does not follow now: expired, or what they name is not there. */
    synchronized List<Problem> withoutEffect() {
        List<Problem> found = new ArrayList<>();
        new TreeMap<>(documents).values().forEach(document -> {
            OverrideJudgement judgement = judgement(document);
            if (document.spec() != null && judgement != null && !judgement.active()) {
                found.add(document.withoutEffect(judgement.message()));
            }
        });
        return found;
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
        keep(pool, verdicts);
    }

    private synchronized void keep(PoolId pool, List<OverrideVerdict> said) {
        // A pool that has just gone may be judged a last time.
        if (!pools.contains(pool)) {
            return;
        }
        Map<String, OverrideVerdict> byName = new HashMap<>();
        said.forEach(verdict -> byName.put(verdict.name(), verdict));
        verdicts.put(pool, byName);
        for (OverrideDocument document : documents.values()) {
            OverrideSpec spec = document.spec();
            if (spec != null && spec.pool().equals(pool)) {
                say(document);
            }
        }
    }
}
