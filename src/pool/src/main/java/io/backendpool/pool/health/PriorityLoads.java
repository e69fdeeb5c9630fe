package io.backendpool.pool.health;

/**
 * How much of the traffic each priority gets. Envoy's arithmetic (arch_overview: priority levels, panic threshold), in
 * whole percent:
 *
 * <pre>{@code
 * health(P)   = min(100, floor(1.4 x 100 x healthy(P) / counted(P)))        over-provisioning factor 1.4
 * total       = min(100, sum of health)
 * load(first) = health(first) x 100 / total
 * load(P)     = min(what is left, health(P) x 100 / total)                  rounding errors go to the first that has health
 * }</pre>
 *
 * So a priority that has lost up to 28 % of its backends keeps all of its traffic: the rest is thought to bear 1.4 times
 * its usual load. Below that it gives up a part. Worked out for 10 backends of priority 0 and a whole priority 1:
 *
 * <pre>
 * healthy   health(0)            load(0)  load(1)
 * 10 of 10  min(100, 140) = 100   100 %     0 %
 *  8 of 10  min(100, 112) = 100   100 %     0 %
 *  7 of 10   98                    98 %     2 %
 *  5 of 10   70                    70 %    30 %
 *  2 of 10   28                    28 %    72 %
 *  0 of 10    0                     0 %   100 %
 * </pre>
 *
 * <p>Where all priorities together have less than 100 of health there is not enough for the traffic: the loads are scaled
 * up to 100 % ({@code 20 and 30} give {@code 40 % and 60 %}), and each priority whose part of healthy backends is below the
 * panic threshold tries all of its backends. Where all priorities panic, health says nothing any more: each gets a load in
 * proportion to its backends. Where there is enough, no priority panics, however few of its own are healthy.
 *
 * <p>Envoy's table rounds to the nearest percent, as we do; its code rounds down and gives the rest to the first, which
 * differs by at most one percent a priority.
 *
 * <p>A pure function of its arguments; any thread.
 */
final class PriorityLoads {
    /** 1.4 in percent. */
    static final int OVERPROVISIONING = 140;

    private final int[] loads;
    private final boolean[] panics;

    private PriorityLoads(int[] loads, boolean[] panics) {
        this.loads = loads;
        this.panics = panics;
    }

    /**
     * The loads of levels in the order of their priority.
     *
     * @param healthy how many backends of each level can be relied on
     * @param counted how many there are that could be: those, and those that failed
     * @param tried how many a panic would try: these, and those that nothing is known of
     * @param panicThreshold percent, 0 to 100; 0: no panic
     */
    static PriorityLoads of(int[] healthy, int[] counted, int[] tried, int panicThreshold) {
        int levels = healthy.length;
        int[] health = new int[levels];
        int sum = 0;
        for (int p = 0; p < levels; p++) {
            health[p] = counted[p] == 0 ? 0 : (int) Math.min(100, (long) OVERPROVISIONING * healthy[p] / counted[p]);
            sum += health[p];
        }
        int total = Math.min(100, sum);
        int[] loads = total == 0 ? new int[levels] : byHealth(health, total);
        boolean[] panics = new boolean[levels];
        if (total == 100 || panicThreshold == 0) {
            return new PriorityLoads(loads, panics);
        }
        boolean totalPanic = true;
        long all = 0;
        for (int p = 0; p < levels; p++) {
            panics[p] = tried[p] > 0 && 100L * healthy[p] < (long) panicThreshold * Math.max(1, counted[p]);
            totalPanic &= panics[p] || tried[p] == 0;
            all += tried[p];
        }
        return totalPanic && all > 0 ? new PriorityLoads(bySize(tried, all), panics) : new PriorityLoads(loads, panics);
    }

    private static int[] byHealth(int[] health, int total) {
        int[] loads = new int[health.length];
        int left = 100;
        int first = -1;
        for (int p = 0; p < health.length; p++) {
            if (health[p] > 0 && first < 0) {
                first = p;
            }
            loads[p] = Math.min(left, (int) Math.round(health[p] * 100.0 / total));
            left -= loads[p];
        }
        loads[first] += left;
        return loads;
    }

    private static int[] bySize(int[] tried, long all) {
        int[] loads = new int[tried.length];
        int left = 100;
        int largest = 0;
        for (int p = 0; p < tried.length; p++) {
            // Never nothing for a level that is to be tried, however small it is.
            loads[p] = tried[p] == 0 ? 0 : (int) Math.max(1, 100L * tried[p] / all);
            left -= loads[p];
            largest = tried[p] > tried[largest] ? p : largest;
        }
        loads[largest] += left;
        return loads;
    }

    /** The percent of the traffic that level {@code p} gets; they sum to 100, or to 0 where no level can get any. */
    int load(int p) {
        return loads[p];
    }

    /** Whether all backends of level {@code p} are tried, whatever their health. */
    boolean panics(int p) {
        return panics[p];
    }
}
