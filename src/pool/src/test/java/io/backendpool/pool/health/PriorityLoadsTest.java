package io.backendpool.pool.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class PriorityLoadsTest {

    /** Percent of healthy backends by priority, and the loads: the tables of Envoy's arch_overview, priority levels. */
    @Example
    void of_envoysTables_areTheSame() {
        int[][][] rows = {
            {{100, 100}, {100, 0}},
            {{72, 100}, {100, 0}},
            {{71, 100}, {99, 1}},
            {{50, 100}, {70, 30}},
            {{25, 100}, {35, 65}},
            {{0, 100}, {0, 100}},
            {{72, 72}, {100, 0}},
            {{71, 71}, {99, 1}},
            {{50, 50}, {70, 30}},
            {{25, 25}, {50, 50}},
            {{100, 100, 100}, {100, 0, 0}},
            {{72, 72, 100}, {100, 0, 0}},
            {{71, 71, 100}, {99, 1, 0}},
            {{50, 50, 100}, {70, 30, 0}},
            {{25, 100, 100}, {35, 65, 0}},
            {{25, 25, 100}, {35, 35, 30}},
            {{25, 25, 20}, {36, 36, 28}},
            // Of the table of the panic threshold.
            {{5, 65}, {7, 93}},
        };
        for (int[][] row : rows) {
            PriorityLoads loads = of(0, row[0]);
            int[] got = new int[row[0].length];
            for (int p = 0; p < got.length; p++) {
                got[p] = loads.load(p);
            }
            assertThat(got).as("%s", Arrays.toString(row[0])).isEqualTo(row[1]);
        }
    }

    @Example
    void of_envoysPanicTable_isTheSame() {
        assertThat(panics(of(50, 72, 100))).containsExactly(false, false);
        assertThat(panics(of(50, 0, 100))).containsExactly(false, false);
        assertThat(panics(of(50, 50, 60))).containsExactly(false, false);
        assertThat(panics(of(50, 25, 100))).containsExactly(false, false);
        assertThat(panics(of(50, 25, 25))).containsExactly(true, true);
        assertThat(panics(of(50, 5, 65))).containsExactly(true, false);
    }

    @Example
    void of_allDown_thresholdDecides() {
        PriorityLoads panic = of(50, 0, 0);
        assertThat(new int[] {panic.load(0), panic.load(1)}).containsExactly(50, 50);
        PriorityLoads none = of(0, 0, 0);
        assertThat(new int[] {none.load(0), none.load(1)}).containsExactly(0, 0);
        assertThat(panics(none)).containsExactly(false, false);
    }

    @Example
    void of_totalPanic_loadsBySize() {
        PriorityLoads loads = PriorityLoads.of(new int[] {0, 0}, new int[] {999, 1}, new int[] {999, 1}, 50);
        assertThat(new int[] {loads.load(0), loads.load(1)}).containsExactly(99, 1);
    }

    @Property(tries = 2_000)
    void of_anyLevels_loadsSumToAllOrToNothingAndFollowHealth(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = 30) Integer> healthy,
            @ForAll @Size(value = 8) List<@IntRange(max = 30) Integer> lost,
            @ForAll @IntRange(max = 100) int threshold) {
        int levels = healthy.size();
        int[] up = healthy.stream().mapToInt(Integer::intValue).toArray();
        int[] all = new int[levels];
        for (int p = 0; p < levels; p++) {
            all[p] = up[p] + lost.get(p);
        }
        PriorityLoads loads = PriorityLoads.of(up, all, all, threshold);
        int sum = 0;
        for (int p = 0; p < levels; p++) {
            sum += loads.load(p);
            assertThat(loads.load(p)).isBetween(0, 100);
            if (loads.load(p) > 0 && !loads.panics(p)) {
                assertThat(up[p]).as("level %d has load and does not panic", p).isPositive();
            }
        }
        boolean any = Arrays.stream(threshold == 0 ? up : all).sum() > 0;
        assertThat(sum).isEqualTo(any ? 100 : 0);
        // What is whole gets all.
        if (up[0] > 0 && up[0] * 1.4 >= all[0]) {
            assertThat(loads.load(0)).isEqualTo(100);
        }
    }

    private static PriorityLoads of(int threshold, int... percent) {
        int[] all = new int[percent.length];
        Arrays.fill(all, 100);
        return PriorityLoads.of(percent, all, all, threshold);
    }

    private static boolean[] panics(PriorityLoads loads) {
        return new boolean[] {loads.panics(0), loads.panics(1)};
    }
}
