package io.backendpool.pool.health;

import io.backendpool.pool.Backend;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.PoolMode;
import io.backendpool.pool.PoolSnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The weights that traffic is shared by, after health: a pure function of its inputs.
 *
 * <p>The weight of a group is divided among its eligible backends, so the shares of groups hold whatever happens inside
 * one. A group without an eligible backend gives its share up to the others, in proportion
 * (docs/adr/0003-weights-belong-to-groups.md). What is done, in this order:
 *
 * <ol>
 *   <li>Overrides: the weight of a group is replaced; a drained backend, or one of 0 %, gets nothing.
 *   <li>Eligible are the healthy backends, warming ones included; where the pool has none, those not probed yet; where it
 *       has none of these, those that drain but still serve.
 *   <li>Priorities share the traffic by how many of their backends are eligible, and panic where there are too few: {@link
 *       PriorityLoads}. Neither backends that drain, nor those that have never been ready, nor those not probed yet count
 *       as lost.
 *   <li>Locality: each group is reduced to the backends of the proxy's zone, where enough of these are healthy.
 *   <li>Subsetting: each group is reduced to the proxy's part of it: {@link Subset}.
 *   <li>Inside a group, shares are in proportion to slow start x adaptation x the agent's percent x the override's percent.
 *       What an override takes from one backend goes to the others of its group that have no override; where there are
 *       none of these, the whole group gets less.
 * </ol>
 *
 * <p>A priority that panics tries all backends of its groups with a weight, in any zone and of any subset; only those that
 * a person or an agent has taken out, and those that have not begun or have ended to serve, are left alone.
 *
 * <p>Takes time in proportion to the number of backends, with subsetting {@code n log n}.
 */
public final class EffectiveWeights {
    private final WeightInputs inputs;
    private final long[] picking;
    private final double[] shown;
    private final PoolMode mode;
    private final List<String> notes;

    EffectiveWeights(WeightInputs inputs, long[] picking, double[] shown, PoolMode mode, List<String> notes) {
        this.inputs = inputs;
        this.picking = picking;
        this.shown = shown;
        this.mode = mode;
        this.notes = List.copyOf(notes);
    }

    /** What pickers use, in the order of the snapshot's backends: exact proportions as whole numbers. A copy. */
    public long[] picking() {
        return picking.clone();
    }

    /**
     * What people see: the part of its group's weight that backend {@code index} has now; 0: gets no traffic. Where more
     * than one priority gets traffic, the weights of the others are in proportion to those of the one with the most.
     */
    public double shown(int index) {
        return shown[index];
    }

    /** The rule in force. */
    public PoolMode mode() {
        return mode;
    }

    /** What else people should know of how the weights came about, a sentence each: overrides, zones, subsets. */
    public List<String> notes() {
        return notes;
    }

    /** How the weight of backend {@code index} is adapted; {@link Adaptation#NONE}: it is not. */
    public Adaptation adaptation(int index) {
        return inputs.adaptations().isEmpty()
                ? Adaptation.NONE
                : inputs.adaptations().get(index);
    }

    /** Computes the weights. */
    public static EffectiveWeights of(WeightInputs inputs) {
        return new WeightSharing(inputs).share();
    }

    /** The weights by the same inputs as if the pool had only the groups whose name {@code taken} takes. */
    public EffectiveWeights among(Predicate<String> taken) {
        return of(inputs.among(taken));
    }

    /** The weights where of each backend only its state is known; {@code states} are in the order of the backends. */
    public static EffectiveWeights of(PoolSnapshot snapshot, List<HealthState> states) {
        if (states.size() != snapshot.backends().size()) {
            throw new IllegalArgumentException("states: %d (expected: %d, one for each backend)"
                    .formatted(states.size(), snapshot.backends().size()));
        }
        List<BackendHealth> health = new ArrayList<>(states.size());
        for (int i = 0; i < states.size(); i++) {
            Backend backend = snapshot.backends().get(i);
            health.add(new BackendHealth(states.get(i), "", Instant.EPOCH, backend.conditions(), null, 0, 0));
        }
        return of(new WeightInputs(snapshot, health, Instant.EPOCH));
    }
}
