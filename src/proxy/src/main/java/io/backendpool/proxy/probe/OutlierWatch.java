package io.backendpool.proxy.probe;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.OutlierDetection;
import io.backendpool.pool.health.FailureKind;
import io.backendpool.pool.health.OutlierDetector;
import io.backendpool.pool.health.OutlierDetector.Decision;
import io.backendpool.pool.health.Tally;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Gives the {@link OutlierDetector} what the event loops have counted, at the times that the pool says. The monitor's event
 * loop only.
 */
final class OutlierWatch {
    private static final FailureKind[] KINDS = FailureKind.values();

    private final RandomGenerator random;
    private Map<BackendKey, WatchedBackend> watched = Map.of();
    private @Nullable OutlierDetection rules;
    private @Nullable OutlierDetector detector;
    private boolean probed;
    private Instant nextSweep = Instant.MAX;

    OutlierWatch(RandomGenerator random) {
        this.random = random;
    }

    /** Whether outliers are looked for, so that outcomes are to be counted and the time is to be told. */
    boolean isOn() {
        return detector != null;
    }

    /**
     * These are the backends now, and the rules.
     *
     * @param wanted null: backends are not ejected any more
     * @param probes they are probed, too
     * @return what follows at once
     */
    List<Decision> follow(
            @Nullable OutlierDetection wanted, Map<BackendKey, WatchedBackend> backends, boolean probes, Instant now) {
        watched = backends;
        probed = probes;
        boolean same = wanted != null && wanted.equals(rules);
        rules = wanted;
        for (WatchedBackend backend : backends.values()) {
            for (FailureKind kind : KINDS) {
                backend.outcomes.runs().limit(kind, wanted == null ? 0 : OutlierDetector.limit(wanted, kind));
            }
        }
        if (wanted == null) {
            boolean was = detector != null;
            detector = null;
            return was
                    ? backends.keySet().stream()
                            .map(key -> new Decision(key, null))
                            .toList()
                    : List.of();
        }
        OutlierDetector current = detector;
        if (current == null) {
            current = new OutlierDetector(wanted, random);
            detector = current;
            backends.values().forEach(WatchedBackend::sinceSweep);
        }
        if (!same) {
            current.rules(wanted);
            nextSweep = now.plus(wanted.interval());
        }
        return current.hosts(backends.keySet(), now);
    }

    /** A backend has failed so often in a row; null: nothing follows. */
    @Nullable
    Decision onRun(BackendKey backend, FailureKind kind, Instant now) {
        return detector == null ? null : detector.onRun(backend, kind, now);
    }

    /** A backend was probed; null: nothing follows. */
    @Nullable
    Decision onProbe(BackendKey backend, boolean success, Instant now) {
        return detector == null ? null : detector.onProbe(backend, success, now);
    }

    /** Called often: does what has come due. */
    List<Decision> onTick(Instant now) {
        OutlierDetector current = detector;
        OutlierDetection by = rules;
        if (current == null || by == null) {
            return List.of();
        }
        if (!now.isBefore(nextSweep)) {
            nextSweep = now.plus(by.interval());
            Map<BackendKey, Tally> window = HashMap.newHashMap(watched.size());
            watched.forEach((key, backend) -> window.put(key, backend.sinceSweep()));
            return current.sweep(window, probed, now);
        }
        Instant next = current.nextTime();
        return next == null || now.isBefore(next) ? List.of() : current.onTime(probed, now);
    }
}
