package io.backendpool.operator.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SeatPlanTest {

    @Property(tries = 500)
    void grown_movesNobodyByMoreThanHalfADistance_inTheSameOrder(
            @ForAll @IntRange(min = 1, max = 300) int before, @ForAll @IntRange(min = 1, max = 300) int newcomers) {
        int after = before + newcomers;
        int last = -1;
        for (int seat = 0; seat < before; seat++) {
            int grown = SeatPlan.grown(seat, before, after);
            assertThat(grown).isGreaterThan(last).isLessThan(after);
            assertThat(way(seat, before, grown, after)).isLessThanOrEqualTo(0.5 / after + 1e-12);
            last = grown;
        }
    }

    @Property(tries = 500)
    void shrunk_dealsEachSeatOnce_inTheSameOrder_andMovesAllTogetherAsLittleAsCanBe(
            @ForAll @IntRange(min = 2, max = 60) int before, @ForAll long seed) {
        int[] kept = some(before, new Random(seed));
        int after = kept.length;
        int[] seats = SeatPlan.shrunk(kept, before);
        assertThat(Arrays.stream(seats).sorted().toArray())
                .isEqualTo(IntStream.range(0, after).toArray());
        for (int i = 1; i < after; i++) {
            assertThat(seats[i]).isEqualTo((seats[i - 1] + 1) % after);
        }
        double moved = moved(kept, before, seats);
        for (int first = 0; first < after; first++) {
            int turn = first;
            int[] other = IntStream.range(0, after).map(i -> (i + turn) % after).toArray();
            assertThat(moved).isLessThanOrEqualTo(moved(kept, before, other) + 1e-9);
        }
    }

    @Property(tries = 300)
    void shrunk_byOne_movesNobodyByMoreThanADistance(
            @ForAll @IntRange(min = 2, max = 300) int before, @ForAll @IntRange(max = 299) int any) {
        int gone = any % before;
        int[] kept = IntStream.range(0, before).filter(i -> i != gone).toArray();
        int[] seats = SeatPlan.shrunk(kept, before);
        for (int i = 0; i < kept.length; i++) {
            assertThat(way(kept[i], before, seats[i], kept.length)).isLessThanOrEqualTo(1.0 / before + 1e-12);
        }
    }

    @Example
    void shrunk_whenTheFirstHalfLeaves_theOthersStayWhereTheyAreAsFarAsCanBe() {
        assertThat(SeatPlan.shrunk(new int[] {5, 6, 7, 8, 9}, 10)).isEqualTo(new int[] {1, 2, 3, 4, 0});
        assertThat(SeatPlan.shrunk(new int[] {}, 3)).isEmpty();
    }

    private static int[] some(int before, Random random) {
        return IntStream.range(0, before).filter(i -> random.nextBoolean()).toArray();
    }

    private static double moved(int[] kept, int before, int[] seats) {
        return IntStream.range(0, kept.length)
                .mapToDouble(i -> way(kept[i], before, seats[i], kept.length))
                .sum();
    }

    /** The part of the ring between two seats, by the shorter way. */
    private static double way(int from, int before, int to, int after) {
        double way = Math.abs((double) from / before - (double) to / after);
        return Math.min(way, 1 - way);
    }
}
