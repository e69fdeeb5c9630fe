package io.backendpool.pool.pick;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Whose turn it is to take a slot of a {@link MaglevTable}. First everyone once, in order. From then on the members of one
 * weight have their turns together, in order, as often as their weight says. Depends on nothing but members and weights.
 */
final class MaglevTurns {
    /** Members of one weight, and when they are next. */
    private static final class Round {
        private final int[] ranks;
        private final long weight;
        private long turns;

        private Round(int[] ranks, long weight) {
            this.ranks = ranks;
            this.weight = weight;
        }

        /** In turns of a member of weight 1. */
        private double due() {
            return (double) turns / weight;
        }
    }

    private final PriorityQueue<Round> rounds = new PriorityQueue<>(
            Comparator.comparingDouble(Round::due).thenComparing(round -> round.weight, Comparator.reverseOrder()));
    private Round current;
    private int at;

    MaglevTurns(Members members) {
        int count = members.count();
        int[] all = new int[count];
        Arrays.setAll(all, rank -> rank);
        current = new Round(all, 0);
        Integer[] byWeight = new Integer[count];
        Arrays.setAll(byWeight, rank -> rank);
        Arrays.sort(byWeight, Comparator.comparingLong(rank -> members.weight()[rank]));
        int from = 0;
        for (int i = 1; i <= count; i++) {
            long weight = members.weight()[byWeight[from]];
            if (i == count || members.weight()[byWeight[i]] != weight) {
                int[] ranks = Arrays.stream(byWeight, from, i)
                        .mapToInt(Integer::intValue)
                        .toArray();
                Round round = new Round(ranks, weight);
                round.turns = 1;
                rounds.add(round);
                from = i;
            }
        }
    }

    /** The rank of the next. There must be members. */
    int next() {
        if (at == current.ranks.length) {
            current = rounds.remove();
            current.turns++;
            rounds.add(current);
            at = 0;
        }
        return current.ranks[at++];
    }
}
