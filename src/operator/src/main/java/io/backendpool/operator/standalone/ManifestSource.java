package io.backendpool.operator.standalone;

import io.backendpool.operator.pools.PoolSink;
import io.backendpool.operator.pools.PoolSource;
import io.backendpool.operator.validate.ManifestCheck;
import io.backendpool.operator.validate.Problem;
import io.backendpool.pool.PoolId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Pools from files. The last good manifest of each pool goes on until a good one takes its place, or a good file no longer
 * has it:
 *
 * <pre>
 *   the document is edited, good      the pool follows
 *   the document is edited, bad       the pool goes on, the problem is said
 *   the document leaves a good file   the pool is removed
 *   the file is deleted               the pool goes on, and that is said
 * </pre>
 *
 * <p>Deleting a file is how some editors and copies begin to write it, and what a mistyped {@code rm} does; emptying it is
 * deliberate. The watcher's thread changes the state; any thread reads it.
 */
final class ManifestSource implements PoolSource {
    private static final Logger LOG = Logger.getLogger(ManifestSource.class);

    private final ManifestWatcher watcher;
    private final Function<List<Path>, ManifestCheck> validator;
    private final FileOverrides overrides;
    private volatile @Nullable PoolSink sink;
    private volatile Map<PoolId, LivePool> live = Map.of();
    private volatile List<Problem> problems = List.of();

    /**
     * Pools of the manifests at {@code roots}.
     *
     * @param roots files and directories
     * @param overrides gets those that are found beside the pools
     */
    ManifestSource(List<Path> roots, Function<List<Path>, ManifestCheck> validator, FileOverrides overrides) {
        this.validator = validator;
        this.overrides = overrides;
        this.watcher = new ManifestWatcher(roots, this::changed);
    }

    @Override
    public void start(PoolSink target) {
        this.sink = target;
        watcher.start();
    }

    /** The last good manifest of each pool. */
    Map<PoolId, LivePool> live() {
        return live;
    }

    /** What is wrong with the files as they are now: what is not in them need not be unwanted. */
    List<Problem> problems() {
        return problems;
    }

    /** The same, and the overrides that traffic does not follow. */
    List<Problem> everyProblem() {
        List<Problem> all = new ArrayList<>(problems);
        all.addAll(overrides.withoutEffect());
        return all;
    }

    /** Where {@code pool} is, or was last. */
    @Nullable
    Path manifestOf(PoolId pool) {
        LivePool known = live.get(pool);
        return known == null ? null : known.file();
    }

    private boolean changed(List<Path> files, boolean settled) {
        ManifestCheck check = validator.apply(runningFirst(files));
        ManifestRules.Outcome outcome = ManifestRules.apply(check.pools(), live);
        List<Problem> found = new ArrayList<>(check.problems());
        found.addAll(outcome.problems());
        Set<Path> bad = found.stream().map(Problem::file).collect(Collectors.toSet());

        Map<PoolId, LivePool> next = new TreeMap<>();
        List<PoolId> removed = new ArrayList<>();
        for (Map.Entry<PoolId, LivePool> entry : live.entrySet()) {
            LivePool pool = entry.getValue();
            if (outcome.good().containsKey(entry.getKey())) {
                continue;
            }
            if (!Files.exists(pool.file())) {
                found.add(deleted(pool));
                next.put(entry.getKey(), pool);
            } else if (bad.contains(pool.file())) {
                next.put(entry.getKey(), pool);
            } else {
                removed.add(entry.getKey());
            }
        }
        boolean newTrouble = !removed.isEmpty() || !new HashSet<>(problems).containsAll(found);
        if (newTrouble && !settled) {
            return false;
        }
        next.putAll(outcome.good());
        found.addAll(overrides.replace(check.overrides(), next.keySet()));
        apply(next, outcome.good().keySet(), removed, found);
        return true;
    }

    /** Of two files with one pool the first keeps it: a copy that comes later must not take over what runs. */
    private List<Path> runningFirst(List<Path> files) {
        Set<Path> running = live.values().stream().map(LivePool::file).collect(Collectors.toSet());
        return files.stream()
                .sorted(Comparator.comparing(file -> !running.contains(file)))
                .toList();
    }

    private static Problem deleted(LivePool pool) {
        return new Problem(
                pool.file(),
                1,
                "",
                ("deleted while pool %s runs from it; the pool goes on (to stop it, put the file back without it, or end"
                                + " this command)")
                        .formatted(pool.spec().id()));
    }

    private void apply(Map<PoolId, LivePool> next, Set<PoolId> good, List<PoolId> removed, List<Problem> found) {
        Map<PoolId, LivePool> before = live;
        List<Problem> problemsBefore = problems;
        // Before the sink is told: it asks where a pool's file is.
        live = Map.copyOf(next);
        problems = List.copyOf(found);
        found.stream().filter(problem -> !problemsBefore.contains(problem)).forEach(problem -> LOG.warn(problem));
        Set<Path> mended = new LinkedHashSet<>();
        problemsBefore.forEach(problem -> mended.add(problem.file()));
        found.forEach(problem -> mended.remove(problem.file()));
        mended.forEach(file -> LOG.infof("%s: good again", file));

        PoolSink target = sink;
        if (target == null) {
            return;
        }
        removed.forEach(target::remove);
        next.forEach((id, pool) -> {
            LivePool old = before.get(id);
            if (old == null || !old.spec().equals(pool.spec())) {
                target.upsert(pool.spec());
            }
            List<String> own = found.stream()
                    .filter(problem -> !good.contains(id) && problem.file().equals(pool.file()))
                    .map(Problem::toString)
                    .toList();
            target.problems(id, own);
        });
    }

    @Override
    public void close() {
        watcher.close();
    }
}
