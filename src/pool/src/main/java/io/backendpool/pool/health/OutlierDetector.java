package io.backendpool.pool.health;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.OutlierDetection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Ejects backends whose responses are unlike those of the others, and lets them return. Envoy's outlier detection
 * (arch_overview: outlier detection; {@code outlier_detection_impl.cc}), for one proxy:
 *
 * <ul>
 *   <li>{@link #onRun}: so many failures of one kind in a row eject at once.
 *   <li>{@link #sweep}, once an interval: a success rate below {@code mean - factor x stdev} of all backends, or a part of
 *       failures at or above a threshold; only backends with enough requests count, and only where these are enough.
 *   <li>An ejection takes {@code min(base x times, max)} and up to {@code jitterPercent} more. {@code times} grows by one at
 *       each ejection and shrinks by one at each sweep that finds the backend back for an interval.
 *   <li>Where there are probes, one whose time is over is half-open: {@code returnAfterProbes} successes let it return, a
 *       failure ejects it again, for longer. Where probes fail during an ejection they see what is wrong: so when they
 *       succeed again it is over, and the backend is half-open before its time.
 * </ul>
 *
 * <p>Unlike Envoy: never more than {@code max(1, maxEjectionPercent)} of the backends are out, also when others leave the
 * pool (the longest out returns first); a single backend is never ejected; the worst goes first where not all may go; and
 * the ways to fail are counted apart, so that a connection refused is no 5xx.
 *
 * <p>Thread: one, the health thread. Time and randomness are given. What is decided is to be taken to {@link
 * BackendHealth#onEjection}.
 */
public final class OutlierDetector {

    /**
     * What was decided on one backend.
     *
     * @param backend which
     * @param ejection how it is out now; null: it is back
     */
    public record Decision(BackendKey backend, @Nullable Ejection ejection) {}

    private static final class Host {
        private @Nullable Ejection ejection;
        private @Nullable Instant returned;
        private int times;

        /** A probe has failed since the ejection began. */
        private boolean probeFailed;
    }

    private record Rated(BackendKey key, Host host, double percent) {}

    private final Map<BackendKey, Host> hosts = new HashMap<>();
    private final RandomGenerator random;
    private OutlierDetection rules;
    private int ejected;

    /**
     * Knows no backend yet.
     *
     * @param rules when to eject
     * @param random for the jitter; used by the calling thread only
     */
    public OutlierDetector(OutlierDetection rules, RandomGenerator random) {
        this.rules = rules;
        this.random = random;
    }

    /** Goes by other rules from now on. Ejections under way are kept as they are. */
    public void rules(OutlierDetection changed) {
        rules = changed;
    }

    /** How many failures of {@code kind} in a row eject; 0: none do. What {@link FailureRuns#limit} is to be set to. */
    public static int limit(OutlierDetection rules, FailureKind kind) {
        return switch (kind) {
            case SERVER_ERROR -> rules.consecutive5xx();
            case GATEWAY_ERROR -> rules.consecutiveGatewayErrors();
            case LOCAL_ORIGIN -> rules.consecutiveLocalOriginFailures();
            case TIMEOUT -> rules.consecutiveTimeouts();
            case RESET -> rules.consecutiveResets();
        };
    }

    /** How many backends are out. */
    public int ejected() {
        return ejected;
    }

    /** How many may be out at most, of as many as there are now. */
    public int allowed() {
        return hosts.size() <= 1 ? 0 : (int) Math.max(1, (long) hosts.size() * rules.maxEjectionPercent() / 100);
    }

    /** These are the backends now. Those gone are forgotten; returns those that return early so that not too many are out. */
    public List<Decision> hosts(Collection<BackendKey> keys, Instant now) {
        Set<BackendKey> present = new HashSet<>(keys);
        hosts.entrySet().removeIf(entry -> {
            boolean gone = !present.contains(entry.getKey());
            if (gone && entry.getValue().ejection != null) {
                ejected--;
            }
            return gone;
        });
        keys.forEach(key -> hosts.computeIfAbsent(key, unused -> new Host()));
        if (ejected <= allowed()) {
            return List.of();
        }
        List<BackendKey> out = new ArrayList<>();
        hosts.forEach((key, host) -> {
            if (host.ejection != null) {
                out.add(key);
            }
        });
        out.sort(Comparator.comparing((BackendKey key) -> since(key)).thenComparing(Comparator.naturalOrder()));
        List<Decision> decisions = new ArrayList<>();
        for (BackendKey key : out.subList(0, ejected - allowed())) {
            decisions.add(back(key, known(key), now));
        }
        return decisions;
    }

    /**
     * A backend has failed as often in a row as {@link #limit} allows.
     *
     * @return the ejection; null: it is out already, is gone, or too many are out
     */
    public @Nullable Decision onRun(BackendKey key, FailureKind kind, Instant now) {
        Host host = hosts.get(key);
        int length = limit(rules, kind);
        if (host == null || host.ejection != null || length == 0) {
            return null;
        }
        return eject(key, host, "%s %d in a row".formatted(kind.words(), length), now);
    }

    /**
     * Looks back on an interval.
     *
     * @param window what each backend did in it; those that are missing did nothing
     * @param probed whether there are probes that can decide about a return
     */
    public List<Decision> sweep(Map<BackendKey, Tally> window, boolean probed, Instant now) {
        List<Decision> decisions = new ArrayList<>(onTime(probed, now));
        List<Rated> rated = new ArrayList<>();
        hosts.forEach((key, host) -> {
            Tally tally = window.getOrDefault(key, Tally.NONE);
            if (host.ejection == null && tally.requests() > 0 && tally.requests() >= rules.minimumRequests()) {
                rated.add(new Rated(key, host, tally.successPercent()));
            }
        });
        if (rated.size() >= rules.minimumHosts()) {
            rated.sort(Comparator.comparingDouble(Rated::percent).thenComparing(Rated::key));
            ejectBySuccessRate(rated, decisions, now);
            ejectByFailurePercentage(rated, window, decisions, now);
        }
        decay(now);
        return decisions;
    }

    private void ejectBySuccessRate(List<Rated> rated, List<Decision> decisions, Instant now) {
        OutlierDetection.SuccessRate rule = rules.successRate();
        if (rule == null) {
            return;
        }
        double mean = rated.stream().mapToDouble(Rated::percent).sum() / rated.size();
        double variance = rated.stream()
                        .mapToDouble(one -> (one.percent() - mean) * (one.percent() - mean))
                        .sum()
                / rated.size();
        double least = mean - rule.stdevFactor() * Math.sqrt(variance);
        for (Rated one : rated) {
            if (one.percent() < least && one.host().ejection == null) {
                String cause = "success rate %s, at least %s expected (mean %s of %d backends)"
                        .formatted(
                                Words.percent(one.percent()), Words.percent(least), Words.percent(mean), rated.size());
                addIfAny(eject(one.key(), one.host(), cause, now), decisions);
            }
        }
    }

    private void ejectByFailurePercentage(
            List<Rated> rated, Map<BackendKey, Tally> window, List<Decision> decisions, Instant now) {
        OutlierDetection.FailurePercentage rule = rules.failurePercentage();
        if (rule == null) {
            return;
        }
        for (Rated one : rated) {
            Tally tally = window.getOrDefault(one.key(), Tally.NONE);
            if (100 - one.percent() >= rule.threshold() && one.host().ejection == null) {
                String cause = "failures %d of last %d (%s, threshold %d%%)"
                        .formatted(
                                tally.failures(),
                                tally.requests(),
                                Words.percent(100 - one.percent()),
                                rule.threshold());
                addIfAny(eject(one.key(), one.host(), cause, now), decisions);
            }
        }
    }

    private static void addIfAny(@Nullable Decision decision, List<Decision> decisions) {
        if (decision != null) {
            decisions.add(decision);
        }
    }

    private void decay(Instant now) {
        for (Host host : hosts.values()) {
            Instant returned = host.returned;
            if (host.ejection == null
                    && returned != null
                    && host.times > 0
                    && Duration.between(returned, now).compareTo(rules.interval()) >= 0) {
                host.times--;
            }
        }
    }

    /**
     * Lets those return whose time is over, or opens them half.
     *
     * @param probed whether there are probes that can decide about a return
     */
    public List<Decision> onTime(boolean probed, Instant now) {
        if (ejected == 0) {
            return List.of();
        }
        List<Decision> decisions = new ArrayList<>();
        hosts.forEach((key, host) -> {
            Ejection ejection = host.ejection;
            if (ejection == null || now.isBefore(ejection.until())) {
                return;
            }
            if (!probed || rules.returnAfterProbes() == 0) {
                decisions.add(back(key, host, now));
            } else if (!ejection.halfOpen()) {
                decisions.add(changed(key, host, halfOpen(ejection, 0)));
            }
        });
        return decisions;
    }

    /** When {@link #onTime} has something to do; null: never, as things are. */
    public @Nullable Instant nextTime() {
        Instant next = null;
        for (Host host : ejected == 0 ? List.<Host>of() : hosts.values()) {
            Ejection ejection = host.ejection;
            if (ejection != null
                    && !ejection.halfOpen()
                    && (next == null || ejection.until().isBefore(next))) {
                next = ejection.until();
            }
        }
        return next;
    }

    /**
     * A backend was probed.
     *
     * @return what that means for its ejection; null: nothing, it does not say that what took the backend out is over
     */
    public @Nullable Decision onProbe(BackendKey key, boolean success, Instant now) {
        Host host = hosts.get(key);
        Ejection ejection = host == null ? null : host.ejection;
        if (host == null || ejection == null) {
            return null;
        }
        boolean early = host.probeFailed && rules.returnAfterProbes() > 0;
        host.probeFailed |= !success;
        if (!ejection.halfOpen()) {
            return early && success ? succeeded(key, host, halfOpen(ejection, 0), now) : null;
        }
        if (!success) {
            Decision back = back(key, host, now);
            Decision again = eject(key, host, ejection.cause(), now);
            // Which this probe has told of.
            host.probeFailed = true;
            return again == null ? back : again;
        }
        return succeeded(key, host, ejection, now);
    }

    private Decision succeeded(BackendKey key, Host host, Ejection ejection, Instant now) {
        int succeeded = ejection.probesSucceeded() + 1;
        return succeeded >= ejection.probesNeeded()
                ? back(key, host, now)
                : changed(key, host, halfOpen(ejection, succeeded));
    }

    private Ejection halfOpen(Ejection ejection, int succeeded) {
        return new Ejection(
                ejection.cause(),
                ejection.since(),
                ejection.until(),
                ejection.times(),
                true,
                succeeded,
                rules.returnAfterProbes());
    }

    private @Nullable Decision eject(BackendKey key, Host host, String cause, Instant now) {
        if (ejected + 1 > allowed()) {
            return null;
        }
        Duration base = rules.baseEjectionTime();
        Duration max = rules.maxEjectionTime();
        if (base.multipliedBy(host.times).compareTo(max.plus(base)) < 0) {
            host.times++;
        }
        Duration time = base.multipliedBy(host.times);
        time = time.compareTo(max) > 0 ? max : time;
        long jitterNanos = time.toNanos() / 100 * rules.jitterPercent();
        Instant until = now.plus(time).plusNanos(jitterNanos == 0 ? 0 : random.nextLong(jitterNanos + 1));
        ejected++;
        host.probeFailed = false;
        return changed(key, host, new Ejection(cause, now, until, host.times, false, 0, rules.returnAfterProbes()));
    }

    private static Decision changed(BackendKey key, Host host, Ejection ejection) {
        host.ejection = ejection;
        return new Decision(key, ejection);
    }

    private Decision back(BackendKey key, Host host, Instant now) {
        ejected--;
        host.ejection = null;
        host.returned = now;
        return new Decision(key, null);
    }

    private Host known(BackendKey key) {
        Host host = hosts.get(key);
        if (host == null) {
            throw new IllegalArgumentException(key + " (expected: one of the pool's backends)");
        }
        return host;
    }

    private Instant since(BackendKey key) {
        Ejection ejection = known(key).ejection;
        return ejection == null ? Instant.MAX : ejection.since();
    }
}
