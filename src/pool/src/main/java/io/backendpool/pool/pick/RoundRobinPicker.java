package io.backendpool.pool.pick;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * One event loop's way through a {@link RoundRobinPlan}.
 *
 * <p>Earliest deadline first, as in Envoy's {@code EdfScheduler}, in whole numbers: in one {@link #PERIOD} of virtual time a
 * ring of weight w is due exactly w times, evenly spaced, so over each run of sum(w) picks the shares are exact. There is no
 * table, however large the weights. The start is random, so that many event loops do not march in step.
 *
 * <p>Where no backend has more than half of the weight, none is picked twice in a row. Two rules bring that about: the one
 * that was picked last gives way to the next one that is due; and a backend that has (r + 1) / 2 of the r picks left in the
 * period is picked now, since with one less of the others it could not be kept apart any more. Only the heaviest come so
 * far. By the first rule the last one has at most r / 2 of r, and it follows that there always is another one.
 *
 * <p>A pick costs O(log n) for n different weights, and O(1) where there is one.
 *
 * <pre>
 *   weight 2:  b d a    weight 1:  f c e        heap of rings, by when they are due next:  [2] [1]
 *              ^ head              ^ head
 * </pre>
 */
final class RoundRobinPicker implements Picker {
    private static final int PERIOD_BITS = 50;
    /** One round of virtual time. Far above usual sums of weights, so that spacings are precise. */
    private static final long PERIOD = 1L << PERIOD_BITS;
    /** Virtual time is set back before it could overflow. */
    private static final long REBASE_ABOVE = 1L << 61;
    /** Of a period, only so many of the heaviest can have half of what is left. */
    private static final int HEAVIEST = 3;

    private final RoundRobinPlan plan;
    /** When each ring is due next, in virtual time. */
    private final long[] due;
    /** What whole-number spacing has left over so far, in parts of 1/weight. */
    private final long[] carried;
    /** The place whose turn is next in each ring. */
    private final int[] head;
    /** A binary min-heap of rings, by when they are due. */
    private final int[] heap;
    /** Where in the heap each ring is. */
    private final int[] heapIndex;

    private final int[] heavy;
    /** How often each of {@code heavy} is still due in this period. */
    private final long[] heavyLeft;
    /** Picks left in this period. */
    private long left;
    /** The ring that was picked last, if it has one member. */
    private int last = NONE;

    RoundRobinPicker(RoundRobinPlan plan, RandomGenerator random) {
        this.plan = plan;
        int rings = plan.rings();
        due = new long[rings];
        carried = new long[rings];
        head = new int[rings];
        heap = new int[rings];
        heapIndex = new int[rings];
        heavy = heaviest(plan);
        heavyLeft = new long[heavy.length];
        // The state of a schedule that has run since time 0, at a random time of its first period.
        long start = random.nextLong(PERIOD);
        for (int ring = 0; ring < rings; ring++) {
            long spacing = Math.max(1, PERIOD / plan.weight(ring));
            head[ring] = plan.start(ring) + (int) (start / spacing % plan.members(ring));
            due[ring] = PERIOD / plan.weight(ring) == 0 ? 0 : start % spacing;
            heap[ring] = ring;
            heapIndex[ring] = ring;
        }
        for (int i = rings / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
    }

    @Override
    public int pick(long hash, int attempt) {
        if (heap.length <= 1) {
            return heap.length == 0 ? NONE : turn(0);
        }
        if (left == 0) {
            left = plan.sum();
            for (int i = 0; i < heavy.length; i++) {
                heavyLeft[i] = plan.weight(heavy[i]);
            }
        }
        int ring = next();
        left--;
        for (int i = 0; i < heavy.length; i++) {
            heavyLeft[i] -= heavy[i] == ring ? 1 : 0;
        }
        last = plan.members(ring) == 1 ? ring : NONE;
        advance(ring);
        siftDown(heapIndex[ring]);
        if (due[heap[0]] > REBASE_ABOVE) {
            rebase();
        }
        return turn(ring);
    }

    @Override
    public boolean usesHash() {
        return false;
    }

    private int next() {
        for (int i = 0; i < heavy.length; i++) {
            if (2 * heavyLeft[i] == left + 1) {
                return heavy[i];
            }
        }
        int first = heap[0];
        if (first != last || plan.weight(first) > plan.sum() / 2) {
            return first;
        }
        int second = heap.length > 2 && isBefore(heap[2], heap[1]) ? heap[2] : heap[1];
        // Out of its period it would be picked once too often in this one.
        return due[second] >> PERIOD_BITS == due[first] >> PERIOD_BITS ? second : first;
    }

    /** The backend whose turn it is in {@code ring}. */
    private int turn(int ring) {
        int place = head[ring];
        head[ring] = place + 1 == plan.start(ring + 1) ? plan.start(ring) : place + 1;
        return plan.backend(place);
    }

    /** Moves the due time on by exactly PERIOD / weight; what is below a whole number is carried to the next time. */
    private void advance(int ring) {
        long weight = plan.weight(ring);
        long spacing = PERIOD / weight;
        carried[ring] += PERIOD % weight;
        if (carried[ring] >= weight) {
            carried[ring] -= weight;
            spacing++;
        }
        due[ring] += spacing;
    }

    private void rebase() {
        long whole = due[heap[0]] >> PERIOD_BITS << PERIOD_BITS;
        for (int i = 0; i < due.length; i++) {
            due[i] -= whole;
        }
    }

    private boolean isBefore(int ring, int other) {
        return due[ring] != due[other] ? due[ring] < due[other] : ring < other;
    }

    private void siftDown(int start) {
        int at = start;
        int moving = heap[at];
        while (true) {
            int child = 2 * at + 1;
            if (child >= heap.length) {
                break;
            }
            if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) {
                child++;
            }
            if (!isBefore(heap[child], moving)) {
                break;
            }
            heap[at] = heap[child];
            heapIndex[heap[at]] = at;
            at = child;
        }
        heap[at] = moving;
        heapIndex[moving] = at;
    }

    /** Backends alone with their weight, which is at most half of all, the heaviest. */
    private static int[] heaviest(RoundRobinPlan plan) {
        int[] found = new int[HEAVIEST];
        int count = 0;
        for (int ring = plan.rings() - 1;
                ring >= 0 && ring >= plan.rings() - HEAVIEST - 1 && count < HEAVIEST;
                ring--) {
            if (plan.members(ring) == 1 && plan.weight(ring) <= plan.sum() / 2) {
                found[count++] = ring;
            }
        }
        return Arrays.copyOf(found, count);
    }
}
