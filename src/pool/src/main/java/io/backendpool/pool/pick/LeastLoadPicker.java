package io.backendpool.pool.pick;

import java.util.random.RandomGenerator;

/**
 * The power of two choices (M. Mitzenmacher, IEEE TPDS 12(10), 2001), weighted: candidates are drawn by weight, their loads
 * divided by their weights, and the least loaded is taken; of equals, the one that was drawn first. So an idle pool is
 * shared exactly by weight, and a busy one so that the loads are in proportion to the weights.
 *
 * <p>Each candidate is another one than the best before it. Where there are no more backends than choices, all are compared.
 */
abstract sealed class LeastLoadPicker implements Picker
        permits LeastRequestPicker, LeastConnectionsPicker, LeastResponseTimePicker {
    /** Backends that are offered for one request at most. */
    private static final int MAX_OFFERS = 16;
    /** Of fewer backends for each that was offered all are compared, instead of drawing until there is a new one. */
    private static final int SPARSE = 8;

    private final LeastLoadPlan plan;
    private final AliasTable table;
    private final BackendLoad[] loads;
    private final RandomGenerator random;
    private final int[] offered = new int[MAX_OFFERS];

    LeastLoadPicker(LeastLoadPlan plan, BackendLoad[] loads, RandomGenerator random) {
        this.plan = plan;
        this.table = plan.table();
        this.loads = loads;
        this.random = random;
    }

    /** What is compared, before weights; 0 or more. */
    abstract double load(BackendLoad load);

    /** A new comparison begins. */
    void begin() {}

    @Override
    public final int pick(long hash, int attempt) {
        int count = table.members().length;
        if (attempt >= Math.min(count, MAX_OFFERS)) {
            return NONE;
        }
        begin();
        int picked = count <= Math.max(plan.choices(), attempt * SPARSE) ? leastOfAll(attempt) : leastOfDrawn(attempt);
        offered[attempt] = picked;
        return picked;
    }

    @Override
    public final boolean usesHash() {
        return false;
    }

    private double scaled(int backend) {
        return load(loads[backend]) * plan.scale(backend);
    }

    private int leastOfDrawn(int attempt) {
        int best = table.draw(random.nextLong());
        while (isOffered(best, attempt)) {
            best = table.drawOther(best, random.nextLong());
        }
        double least = scaled(best);
        for (int choice = plan.choices(); choice > 1; choice--) {
            int other = table.draw(random.nextLong());
            if (other == best) {
                other = table.drawOther(best, random.nextLong());
            }
            double load = scaled(other);
            if (load < least && !isOffered(other, attempt)) {
                least = load;
                best = other;
            }
        }
        return best;
    }

    /** The one that is drawn by weight, if none is less loaded; else the least loaded, of equals each by its weight. */
    private int leastOfAll(int attempt) {
        int best = table.draw(random.nextLong());
        double least = isOffered(best, attempt) ? Double.POSITIVE_INFINITY : scaled(best);
        double tied = 0;
        for (int other : table.members()) {
            double load = scaled(other);
            if (load > least || isOffered(other, attempt)) {
                continue;
            }
            double weight = 1 / plan.scale(other);
            if (load < least) {
                least = load;
                best = other;
                tied = weight;
            } else if (tied > 0) {
                tied += weight;
                best = random.nextDouble() * tied < weight ? other : best;
            }
        }
        return best;
    }

    private boolean isOffered(int backend, int attempt) {
        for (int i = 0; i < attempt; i++) {
            if (offered[i] == backend) {
                return true;
            }
        }
        return false;
    }
}
