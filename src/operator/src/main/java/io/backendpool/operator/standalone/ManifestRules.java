package io.backendpool.operator.standalone;

import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.operator.translate.PoolSpecReader;
import io.backendpool.operator.validate.Problem;
import io.backendpool.operator.validate.ValidPool;
import io.backendpool.pool.Listener;
import io.backendpool.pool.PoolId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this mode asks of valid manifests beyond the schema: no Services, one pool of each name, one listener on each port of
 * this host. Pure.
 */
final class ManifestRules {
    private ManifestRules() {}

    /**
     * What is left of the valid pools, and why the others are not.
     *
     * @param good by their ids
     * @param problems one for each pool that is left out
     */
    record Outcome(Map<PoolId, LivePool> good, List<Problem> problems) {}

    /**
     * Applies the rules.
     *
     * @param live what runs now: where two pools want one port or one name, the one that has it keeps it
     */
    static Outcome apply(List<ValidPool> valid, Map<PoolId, LivePool> live) {
        List<Problem> problems = new ArrayList<>();
        Map<PoolId, LivePool> named = new LinkedHashMap<>();
        Map<PoolId, ValidPool> origins = new HashMap<>();
        for (ValidPool pool : valid) {
            LivePool candidate = read(pool, problems);
            if (candidate == null) {
                continue;
            }
            PoolId id = candidate.spec().id();
            LivePool other = named.get(id);
            LivePool running = live.get(id);
            if (other == null) {
                named.put(id, candidate);
                origins.put(id, pool);
            } else if (running != null
                    && candidate.file().equals(running.file())
                    && !other.file().equals(running.file())) {
                problems.add(twice(other, candidate));
                named.put(id, candidate);
                origins.put(id, pool);
            } else {
                problems.add(twice(candidate, other));
            }
        }
        Map<PoolId, LivePool> good = withPorts(named, origins, live, problems);
        return new Outcome(good, problems);
    }

    private static Problem twice(LivePool refused, LivePool kept) {
        return new Problem(
                refused.file(),
                refused.line(),
                "metadata.name",
                "%s is in %s:%d too (expected: one document for each pool)"
                        .formatted(refused.spec().id(), kept.file(), kept.line()));
    }

    private static @Nullable LivePool read(ValidPool pool, List<Problem> problems) {
        PoolSpec spec;
        try {
            spec = PoolSpecReader.read(pool.pool());
        } catch (IllegalArgumentException notCaughtBySchema) {
            problems.add(new Problem(pool.file(), pool.line(), "", String.valueOf(notCaughtBySchema.getMessage())));
            return null;
        }
        for (int i = 0; i < spec.groups().size(); i++) {
            if (spec.groups().get(i).source() instanceof PoolSpec.Service(String name, String port)) {
                String field = "spec.backends[" + i + "].service";
                problems.add(new Problem(
                        pool.file(),
                        pool.lineOf(field),
                        field,
                        ("%s:%s (expected: addresses: [\"HOST:PORT\"]; without a cluster there is no Service to"
                                        + " follow)")
                                .formatted(name, port)));
                return null;
            }
        }
        return new LivePool(spec, pool.file(), pool.line(), pool.source());
    }

    private static Map<PoolId, LivePool> withPorts(
            Map<PoolId, LivePool> named,
            Map<PoolId, ValidPool> origins,
            Map<PoolId, LivePool> live,
            List<Problem> problems) {
        Map<Integer, LivePool> taken = new HashMap<>();
        live.forEach((id, pool) -> {
            if (!named.containsKey(id)) {
                pool.spec().listeners().forEach(listener -> taken.put(listener.port(), pool));
            }
        });
        List<LivePool> runningFirst = named.values().stream()
                .sorted(Comparator.comparing(
                        pool -> !live.containsKey(pool.spec().id())))
                .toList();
        Map<PoolId, LivePool> good = new LinkedHashMap<>();
        for (LivePool pool : runningFirst) {
            PoolId id = pool.spec().id();
            List<Listener> listeners = pool.spec().listeners();
            boolean fits = true;
            for (int i = 0; i < listeners.size(); i++) {
                LivePool other = taken.get(listeners.get(i).port());
                ValidPool origin = origins.get(id);
                if (other != null && origin != null && fits) {
                    fits = false;
                    String field = "spec.listeners[" + i + "].port";
                    problems.add(new Problem(
                            pool.file(),
                            origin.lineOf(field),
                            field,
                            "%d of pool %s (expected: a port of its own; pool %s in %s:%d listens on it)"
                                    .formatted(
                                            listeners.get(i).port(),
                                            id,
                                            other.spec().id(),
                                            other.file(),
                                            other.line())));
                }
            }
            LivePool running = live.get(id);
            if (fits) {
                good.put(id, pool);
                listeners.forEach(listener -> taken.put(listener.port(), pool));
            } else if (running != null) {
                running.spec().listeners().forEach(listener -> taken.put(listener.port(), running));
            }
        }
        return good;
    }
}
