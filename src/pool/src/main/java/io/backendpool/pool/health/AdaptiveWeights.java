package io.backendpool.pool.health;

import io.backendpool.pool.AdaptiveWeight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Adapts the weights of backends to what they do, relative to the others of their group: a controller as a pure function,
 * called once an {@link #INTERVAL}. The precedent is the Automatic Target Weights of AWS's Application Load Balancer: at
 * least three targets to compare, traffic taken away step by step until the target recovers or gets next to nothing, given
 * back slowly when it has recovered. Ours goes by latency, too. Why it is like this, and how it behaves, with plots:
 * docs/adaptive-weights.md.
 *
 * <pre>{@code
 * band    = max(25 %, 2 x the median deviation of the group)
 * latency = its smoothed latency / median of the group
 * target  = 100 %                        latency within 1 / (1 + band) to 1 + band
 *           100 % x (1 + band) / latency above it; below it 100 % / latency / (1 + band)
 * excess  = its smoothed errors - median of the group - 3 standard errors (at least 1 %)
 * target  = target x (1 - excess / 10 %) where excess is above 0, then within floor and ceiling
 * }</pre>
 *
 * The percent moves towards its target by a stride at most, up by half of one. What makes it come to rest:
 *
 * <ul>
 *   <li>The target is a place, not a direction: a backend that is twice as slow at any load comes to rest where it belongs,
 *       and does not go on to the floor.
 *   <li>The stride halves whenever the direction turns, down to a tenth of a step, and grows again by a quarter as long as
 *       it does not. So a backend whose latency falls as soon as it gets less does not swing.
 *   <li>Targets closer than 5 % (of the declared weight) are left alone, and noise widens the band: at first by as much as if
 *       latencies were known to be noisy.
 *   <li>What did less than 50 requests is not judged, but counted on; after 6 intervals without a judgement it drifts back
 *       towards 100 %, so that a backend at the floor of a quiet pool gets another chance.
 * </ul>
 */
public final class AdaptiveWeights {
    /** How often {@link #next} is to be called. */
    public static final Duration INTERVAL = Duration.ofSeconds(5);

    private static final int MIN_REQUESTS = 50;
    private static final int MIN_BACKENDS = 3;
    private static final int PATIENCE = 6;
    private static final double SMOOTHING = 0.3;
    private static final double LEAST_BAND = 0.25;
    /** Latencies are taken to be this noisy until it is known better: no weight moves on a first impression. */
    private static final double UNKNOWN_DEVIATION = 0.5;

    private static final double LEAST_MOVE = 5;
    /** So many percent more errors than the group take all of the weight. */
    private static final double WORST_EXCESS = 10;

    private AdaptiveWeights() {}

    /**
     * What one backend did in an interval.
     *
     * @param group the name of its group
     * @param eligible it gets its share: those that do not are neither judged nor compared with
     * @param before its adaptation until now; {@link Adaptation#NONE} for a new one
     * @param window what it did
     */
    public record Reading(String group, boolean eligible, Adaptation before, Tally window) {}

    /** What is known of a group: medians over the backends that can be judged. */
    private record Group(int judged, double latencyNanos, double band, double errorPercent) {}

    /** The adaptations after an interval, in the order of {@code readings}. */
    public static List<Adaptation> next(AdaptiveWeight rules, List<Reading> readings) {
        List<Adaptation> seen = new ArrayList<>(readings.size());
        if (rules.mode() == AdaptiveWeight.Mode.OFF) {
            readings.forEach(reading -> seen.add(Adaptation.NONE));
            return seen;
        }
        boolean enforced = rules.mode() == AdaptiveWeight.Mode.ENFORCE;
        readings.forEach(reading -> seen.add(observe(rules, reading, enforced)));
        Map<String, Group> groups = groups(readings, seen);
        List<Adaptation> next = new ArrayList<>(readings.size());
        for (int i = 0; i < readings.size(); i++) {
            Reading reading = readings.get(i);
            Group group = groups.getOrDefault(reading.group(), new Group(0, 0, LEAST_BAND, 0));
            next.add(move(rules, reading, seen.get(i), group));
        }
        return next;
    }

    /** Takes the window in; {@code intervals} is 0 afterwards where there was enough to judge. */
    private static Adaptation observe(AdaptiveWeight rules, Reading reading, boolean enforced) {
        Adaptation before = reading.before();
        Tally all = before.unjudged().plus(reading.window());
        double percent = Math.clamp(before.percent(), rules.floor(), rules.ceiling());
        double stride = before.stride() == 0 ? rules.step() : Math.min(before.stride(), rules.step());
        if (!reading.eligible() || all.requests() < MIN_REQUESTS) {
            return new Adaptation(
                    percent,
                    enforced,
                    before.latencyNanos(),
                    before.deviation(),
                    before.errorPercent(),
                    stride,
                    before.direction(),
                    reading.eligible() ? all : Tally.NONE,
                    before.intervals() + 1,
                    before.reason());
        }
        double mean = all.meanLatencyNanos();
        boolean first = before.latencyNanos() == 0;
        double latency = mean == 0 ? before.latencyNanos() : first ? mean : smooth(before.latencyNanos(), mean);
        double known = first ? UNKNOWN_DEVIATION : before.deviation();
        double jump = first || mean == 0 ? known : Math.abs(mean / before.latencyNanos() - 1);
        double errors = 100 - all.successPercent();
        return new Adaptation(
                percent,
                enforced,
                latency,
                smooth(known, jump),
                smooth(before.errorPercent(), errors),
                stride,
                before.direction(),
                all,
                0,
                before.reason());
    }

    private static double smooth(double before, double now) {
        return before + SMOOTHING * (now - before);
    }

    private static Map<String, Group> groups(List<Reading> readings, List<Adaptation> seen) {
        Map<String, List<Adaptation>> judged = new HashMap<>();
        for (int i = 0; i < readings.size(); i++) {
            if (readings.get(i).eligible() && seen.get(i).intervals() == 0) {
                judged.computeIfAbsent(readings.get(i).group(), unused -> new ArrayList<>())
                        .add(seen.get(i));
            }
        }
        Map<String, Group> groups = new HashMap<>();
        judged.forEach((name, all) -> {
            double[] latencies = all.stream()
                    .mapToDouble(Adaptation::latencyNanos)
                    .filter(latency -> latency > 0)
                    .toArray();
            double deviation =
                    median(all.stream().mapToDouble(Adaptation::deviation).toArray());
            double errors =
                    median(all.stream().mapToDouble(Adaptation::errorPercent).toArray());
            double band = Math.max(LEAST_BAND, 2 * deviation);
            groups.put(name, new Group(all.size(), median(latencies), band, errors));
        });
        return groups;
    }

    /** The middle one, of an even number the lower one; 0 of none. */
    private static double median(double[] numbers) {
        Arrays.sort(numbers);
        return numbers.length == 0 ? 0 : numbers[(numbers.length - 1) / 2];
    }

    private static Adaptation move(AdaptiveWeight rules, Reading reading, Adaptation seen, Group group) {
        if (!reading.eligible()) {
            return moved(seen, seen.percent(), Tally.NONE, "gets no share at the moment");
        }
        if (seen.intervals() > 0) {
            return drift(
                    rules,
                    seen,
                    "%d requests in %ds are too few to judge"
                            .formatted(seen.unjudged().requests(), seen.intervals() * INTERVAL.toSeconds()));
        }
        if (group.judged() < MIN_BACKENDS) {
            return drift(
                    rules,
                    seen,
                    "%d of at least %d backends of the group to compare".formatted(group.judged(), MIN_BACKENDS));
        }
        double target = target(rules, seen, group);
        String why = why(seen, group);
        double distance = target - seen.percent();
        // The declared weight itself is worth the last small move.
        boolean close = Math.abs(distance) < (target == 100 ? 0.05 : LEAST_MOVE);
        if (close) {
            return moved(seen, seen.percent(), Tally.NONE, why + ": weight stays at " + whole(seen.percent()));
        }
        int direction = distance > 0 ? 1 : -1;
        double stride = direction == -seen.direction()
                ? Math.max(rules.step() / 10.0, seen.stride() / 2)
                : Math.min(rules.step(), seen.stride() * 1.25);
        double percent = towards(seen.percent(), target, stride);
        String reason = "%s: weight %s -> %s on the way to %s"
                .formatted(why, whole(seen.percent()), whole(percent), whole(target));
        return new Adaptation(
                percent,
                seen.enforced(),
                seen.latencyNanos(),
                seen.deviation(),
                seen.errorPercent(),
                stride,
                direction,
                Tally.NONE,
                0,
                reason);
    }

    private static double target(AdaptiveWeight rules, Adaptation seen, Group group) {
        double target = 100;
        if (group.latencyNanos() > 0 && seen.latencyNanos() > 0) {
            double latency = seen.latencyNanos() / group.latencyNanos();
            double edge = 1 + group.band();
            target = latency > edge ? 100 * edge / latency : latency < 1 / edge ? 100 / (latency * edge) : 100;
        }
        double excess = seen.errorPercent() - group.errorPercent() - errorMargin(seen, group);
        if (excess > 0) {
            target *= Math.max(0, 1 - excess / WORST_EXCESS);
        }
        return Math.clamp(target, rules.floor(), rules.ceiling());
    }

    /** Three standard errors of the group's part of errors in as many requests as were judged; at least 1 %. */
    private static double errorMargin(Adaptation seen, Group group) {
        double part = Math.clamp(group.errorPercent() / 100, 0, 1);
        double requests = Math.max(1, seen.unjudged().requests());
        return Math.max(1, 300 * Math.sqrt(part * (1 - part) / requests));
    }

    private static String why(Adaptation seen, Group group) {
        String latency = group.latencyNanos() == 0 || seen.latencyNanos() == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "latency %s, %.1f times the median of %s",
                        Words.millis(seen.latencyNanos()),
                        seen.latencyNanos() / group.latencyNanos(),
                        Words.millis(group.latencyNanos()));
        boolean failing = seen.errorPercent() - group.errorPercent() > 1;
        String errors = failing
                ? "errors %s, %s in the group"
                        .formatted(Words.percent(seen.errorPercent()), Words.percent(group.errorPercent()))
                : "";
        return latency.isEmpty() || errors.isEmpty() ? latency + errors : latency + "; " + errors;
    }

    /** Back towards the declared weight, after a while, where nothing can be said. */
    private static Adaptation drift(AdaptiveWeight rules, Adaptation seen, String why) {
        boolean patient = seen.intervals() > 0 && seen.intervals() < PATIENCE;
        double declared = Math.clamp(100, rules.floor(), rules.ceiling());
        double percent = patient ? seen.percent() : towards(seen.percent(), declared, rules.step());
        String move = percent == seen.percent()
                ? "weight stays at " + whole(percent)
                : "weight %s -> %s on the way to %s".formatted(whole(seen.percent()), whole(percent), whole(declared));
        return moved(seen, percent, seen.intervals() > 0 ? seen.unjudged() : Tally.NONE, why + ": " + move);
    }

    /** From {@code percent} to {@code target}, as far as the stride goes; up by half of it. */
    private static double towards(double percent, double target, double stride) {
        return target > percent ? Math.min(target, percent + stride / 2) : Math.max(target, percent - stride);
    }

    private static Adaptation moved(Adaptation seen, double percent, Tally unjudged, String reason) {
        return new Adaptation(
                percent,
                seen.enforced(),
                seen.latencyNanos(),
                seen.deviation(),
                seen.errorPercent(),
                seen.stride(),
                seen.direction(),
                unjudged,
                seen.intervals(),
                reason);
    }

    private static String whole(double percent) {
        return Math.round(percent) + "%";
    }
}
