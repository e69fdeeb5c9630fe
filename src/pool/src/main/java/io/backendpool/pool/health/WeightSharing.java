package io.backendpool.pool.health;

import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolMode;
import io.backendpool.pool.PoolSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One computation of {@link EffectiveWeights}, which says what is done. Used once, by one thread. */
final class WeightSharing {
    private final WeightInputs inputs;
    private final List<Backend> backends;
    private final LoadBalancing rules;
    private final Overrides overrides;
    private final List<String> notes = new ArrayList<>();

    /** By group, in the order of the snapshot's groups: its weight, and the index of its level. */
    private final long[] weights;

    private final int[] levelOf;
    private final String[] names;
    /** The priorities of groups with a weight, first one first. */
    private final int[] levels;

    /** By backend. */
    private final int[] groupOf;

    private final Use[] uses;
    private final boolean[] chosen;
    /** What a backend can bear, without overrides. */
    private final double[] factors;
    /** What overrides leave of its share. */
    private final int[] percents;
    /** Whether some of these are other than 1 and 100, so that shares are fractions. */
    private boolean fractions;

    WeightSharing(WeightInputs inputs) {
        PoolSnapshot snapshot = inputs.snapshot();
        this.inputs = inputs;
        this.backends = snapshot.backends();
        this.rules = snapshot.loadBalancing();
        this.overrides = Overrides.of(snapshot.overrides(), inputs.now());
        List<BackendGroup> groups = snapshot.groups();
        weights = new long[groups.size()];
        levelOf = new int[groups.size()];
        names = new String[groups.size()];
        groupOf = new int[backends.size()];
        uses = new Use[backends.size()];
        chosen = new boolean[backends.size()];
        factors = new double[backends.size()];
        percents = new int[backends.size()];
        levels = readGroups(groups);
        readBackends();
    }

    private int[] readGroups(List<BackendGroup> groups) {
        for (int g = 0; g < groups.size(); g++) {
            BackendGroup group = groups.get(g);
            Integer overridden = overrides.groupWeight(group.name());
            names[g] = group.name();
            weights[g] = !inputs.taken().test(group.name()) ? 0 : overridden == null ? group.weight() : overridden;
            if (overridden != null) {
                notes.add("group %s: weight %d by an override, %d declared"
                        .formatted(group.name(), overridden, group.weight()));
            }
        }
        int[] priorities = groups.stream()
                .mapToInt(BackendGroup::priority)
                .sorted()
                .distinct()
                .toArray();
        for (int g = 0; g < groups.size(); g++) {
            levelOf[g] = Arrays.binarySearch(priorities, groups.get(g).priority());
        }
        return priorities;
    }

    private void readBackends() {
        Map<String, Integer> indexes = HashMap.newHashMap(names.length);
        for (int g = 0; g < names.length; g++) {
            indexes.put(names[g], g);
        }
        int drained = 0;
        for (int i = 0; i < uses.length; i++) {
            Backend backend = backends.get(i);
            BackendHealth health = inputs.health().get(i);
            groupOf[i] = indexes.getOrDefault(backend.key().group(), 0);
            boolean isDrained = overrides.size() > 0 && overrides.drain(backend.key()) != null;
            percents[i] = overrides.size() > 0 ? overrides.percent(backend.key()) : 100;
            drained += isDrained ? 1 : 0;
            uses[i] = isDrained || percents[i] == 0 || weights[groupOf[i]] == 0 ? Use.NEVER : health.use();
            int agent = health.signals().agent().weightPercent();
            factors[i] = health.ramp(inputs.now()) * (agent == 0 ? 1 : agent / 100.0);
            if (!inputs.adaptations().isEmpty()) {
                factors[i] *= inputs.adaptations().get(i).factor();
            }
            fractions |= factors[i] != 1 || percents[i] != 100;
        }
        if (drained > 0) {
            notes.add("%d of %d backends drained by an override".formatted(drained, uses.length));
        }
    }

    EffectiveWeights share() {
        Use tier = bestUse();
        int[] healthy = new int[levels.length];
        int[] counted = new int[levels.length];
        int[] tried = new int[levels.length];
        for (int i = 0; i < uses.length; i++) {
            int level = levelOf[groupOf[i]];
            healthy[level] += uses[i] == tier ? 1 : 0;
            counted[level] += uses[i] == tier || uses[i] == Use.PANIC_ONLY ? 1 : 0;
            tried[level] += uses[i] == Use.NEVER ? 0 : 1;
        }
        PriorityLoads loads = PriorityLoads.of(healthy, counted, tried, rules.panicThreshold());
        for (int i = 0; i < uses.length; i++) {
            int level = levelOf[groupOf[i]];
            chosen[i] = loads.load(level) > 0 && (loads.panics(level) ? uses[i] != Use.NEVER : uses[i] == tier);
        }
        preferZone(loads);
        takeSubset(loads);
        boolean[] present = new boolean[levels.length];
        for (int g = 0; g < names.length; g++) {
            present[levelOf[g]] |= weights[g] > 0;
        }
        List<PoolModes.Level> known = new ArrayList<>();
        for (int level = 0; level < levels.length; level++) {
            if (present[level]) {
                known.add(new PoolModes.Level(
                        levels[level],
                        healthy[level],
                        counted[level],
                        tried[level],
                        loads.load(level),
                        loads.panics(level)));
            }
        }
        return weigh(loads, new PoolModes(known, rules.panicThreshold()).mode(tier));
    }

    /** The best use that a backend can be put to; {@link Use#NEVER} where none can. */
    private Use bestUse() {
        Use best = Use.PANIC_ONLY;
        for (Use use : uses) {
            best = use.compareTo(best) < 0 ? use : best;
        }
        // Those that have failed are no ground to stand on: a pool of these alone has nothing to rely on.
        return best == Use.PANIC_ONLY ? Use.NEVER : best;
    }

    private void preferZone(PriorityLoads loads) {
        LoadBalancing.Locality locality = rules.locality();
        String zone = inputs.zone();
        if (locality.mode() == LoadBalancing.Locality.Mode.OFF || zone == null) {
            return;
        }
        int groups = names.length;
        boolean[] hinted = new boolean[groups];
        Arrays.fill(hinted, true);
        for (int i = 0; i < chosen.length; i++) {
            // As kube-proxy: hints count where all have them.
            hinted[groupOf[i]] &= !chosen[i] || !backends.get(i).zoneHints().isEmpty();
        }
        boolean[] local = new boolean[chosen.length];
        int[] healthy = new int[groups];
        int[] counted = new int[groups];
        for (int i = 0; i < chosen.length; i++) {
            Backend backend = backends.get(i);
            int g = groupOf[i];
            local[i] = hinted[g] ? backend.zoneHints().contains(zone) : zone.equals(backend.zone());
            healthy[g] += local[i] && chosen[i] ? 1 : 0;
            counted[g] += local[i] && (chosen[i] || uses[i] == Use.PANIC_ONLY) ? 1 : 0;
        }
        boolean[] enough = new boolean[groups];
        for (int g = 0; g < groups; g++) {
            if (counted[g] == 0 || loads.panics(levelOf[g]) || loads.load(levelOf[g]) == 0) {
                continue;
            }
            enough[g] = healthy[g] > 0 && 100L * healthy[g] >= (long) locality.minHealthyShare() * counted[g];
            notes.add("group %s: %d of %d backends of zone %s are healthy, %s"
                    .formatted(
                            names[g],
                            healthy[g],
                            counted[g],
                            zone,
                            enough[g]
                                    ? "they get all of its traffic"
                                    : "fewer than %d %%: all zones get traffic".formatted(locality.minHealthyShare())));
        }
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] &= !enough[groupOf[i]] || local[i];
        }
    }

    private void takeSubset(PriorityLoads loads) {
        ProxySeat seat = inputs.seat();
        int[] sizes = sharers();
        int all = Arrays.stream(sizes).sum();
        if (rules.subsetSize() == 0 || rules.subsetSize() >= all || seat == null) {
            return;
        }
        for (int g = 0; g < sizes.length; g++) {
            if (sizes[g] > 1 && !loads.panics(levelOf[g])) {
                // Each group by its part of the backends, so that each stays in the subset.
                int wanted = (int) Math.ceil((double) rules.subsetSize() * sizes[g] / all);
                takeSubset(g, sizes[g], wanted, seat);
            }
        }
    }

    private void takeSubset(int group, int size, int wanted, ProxySeat seat) {
        int[] members = new int[size];
        long[] hashes = new long[size];
        int at = 0;
        for (int i = 0; i < chosen.length; i++) {
            if (chosen[i] && groupOf[i] == group) {
                members[at] = i;
                hashes[at++] = Subset.hash(backends.get(i).key().address());
            }
        }
        double[] parts = Subset.parts(hashes, wanted, seat);
        int used = 0;
        for (int m = 0; m < size; m++) {
            int i = members[m];
            chosen[i] = parts[m] > 0;
            used += chosen[i] ? 1 : 0;
            factors[i] *= parts[m];
            fractions |= chosen[i] && parts[m] != 1;
        }
        if (used < size) {
            notes.add("group %s: this proxy uses %d of %d backends".formatted(names[group], used, size));
        }
    }

    private int[] sharers() {
        int[] sharers = new int[names.length];
        for (int i = 0; i < chosen.length; i++) {
            sharers[groupOf[i]] += chosen[i] ? 1 : 0;
        }
        return sharers;
    }

    private EffectiveWeights weigh(PriorityLoads loads, PoolMode mode) {
        int[] sharers = sharers();
        double[] parts = new double[names.length];
        double[] free = new double[names.length];
        double[] kept = new double[names.length];
        for (int i = 0; i < chosen.length; i++) {
            if (chosen[i]) {
                int g = groupOf[i];
                parts[g] += factors[i];
                free[g] += percents[i] == 100 ? factors[i] : 0;
                kept[g] += percents[i] == 100 ? 0 : factors[i] * percents[i] / 100;
            }
        }
        double[] totals = new double[levels.length];
        for (int g = 0; g < names.length; g++) {
            if (sharers[g] > 0) {
                totals[levelOf[g]] += weights[g] * (free[g] > 0 ? 1 : kept[g] / parts[g]);
            }
        }
        int main = mainLevel(loads);
        double[] shares = new double[chosen.length];
        double[] shown = new double[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            int g = groupOf[i];
            int level = levelOf[g];
            if (!chosen[i] || totals[level] == 0) {
                continue;
            }
            // Those without an override share what the others leave.
            double part =
                    percents[i] == 100 ? factors[i] * (parts[g] - kept[g]) / free[g] : factors[i] * percents[i] / 100;
            double ofLevel = weights[g] * part / parts[g] / totals[level];
            shares[i] = ofLevel * loads.load(level) / 100;
            shown[i] = ofLevel * totals[main] * loads.load(level) / loads.load(main);
        }
        boolean oneLevel = loads.load(main) == 100;
        long[] picking = oneLevel && !fractions
                ? PickingWeights.even(chosen, groupOf, weights, sharers)
                : PickingWeights.fractions(shares);
        return new EffectiveWeights(inputs, picking, shown, mode, notes);
    }

    /** The index of the level that gets most of the traffic. */
    private int mainLevel(PriorityLoads loads) {
        int main = 0;
        for (int level = 1; level < levels.length; level++) {
            main = loads.load(level) > loads.load(main) ? level : main;
        }
        return main;
    }
}
