package io.backendpool.pool.pick;

import java.util.Arrays;
import java.util.Comparator;
import java.util.random.RandomGenerator;

/**
 * Smooth weighted round robin: weights 3, 2, 1 give {@code abacba}, not {@code aaabbc}.
 *
 * <p>Earliest deadline first, as in Envoy's {@code EdfScheduler}, in whole numbers: in one {@link #PERIOD} of virtual time
 * a backend of weight w is due exactly w times, evenly spaced, so over each run of sum(w) picks the shares are exact. A
 * pick costs O(log n) and there is no table, however large the weights. Backends of one weight are spread evenly over
 * their spacing, and the start is random, so that many event loops do not march in step. Where no backend has more than
 * half of the weight, the same backend is not picked twice in a row as long as another is due in the same period.
 */
final class RoundRobinPicker implements Picker {
    private static final int PERIOD_BITS = 50;
    /** One round of virtual time. Far above any weight, so that spacings are precise. */
    private static final long PERIOD = 1L << PERIOD_BITS;
    /** Virtual time is set back before it could overflow. */
    private static final long REBASE_ABOVE = 1L << 61;

    private final int[] backends;
    private final long[] weights;
    /** When each is due next, in virtual time. */
    private final long[] due;
    /** What whole-number spacing has left over so far, in parts of 1/weight. */
    private final long[] carried;
    /** A binary min-heap of positions in the arrays above, by {@link #due}. */
    private final int[] heap;

    private final long half;
    private int last = NONE;

    RoundRobinPicker(long[] weights, RandomGenerator random) {
        long sum = Weights.sum(weights);
        this.half = sum / 2;
        this.backends = shuffled(Weights.positive(weights), random);
        int count = backends.length;
        this.weights = Arrays.stream(backends)
                .mapToLong(i -> Math.min(weights[i], PERIOD))
                .toArray();
        this.due = new long[count];
        this.carried = new long[count];
        this.heap = new int[count];
        spread(random.nextLong(PERIOD));
        for (int i = 0; i < count; i++) {
            heap[i] = i;
        }
        for (int i = count / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
    }

    @Override
    public int pick() {
        if (heap.length == 0) {
            return NONE;
        }
        int at = 0;
        if (heap.length > 1 && heap[0] == last && weights[last] <= half) {
            int second = heap.length > 2 && isBefore(heap[2], heap[1]) ? 2 : 1;
            if (due[heap[second]] >> PERIOD_BITS == due[last] >> PERIOD_BITS) {
                at = second;
            }
        }
        int chosen = heap[at];
        last = chosen;
        advance(chosen);
        siftDown(at);
        if (due[heap[0]] > REBASE_ABOVE) {
            rebase();
        }
        return backends[chosen];
    }

    /** Moves the due time on by exactly PERIOD / weight; what is below a whole number is carried to the next time. */
    private void advance(int i) {
        long weight = weights[i];
        long spacing = PERIOD / weight;
        carried[i] += PERIOD % weight;
        if (carried[i] >= weight) {
            carried[i] -= weight;
            spacing++;
        }
        due[i] += spacing;
    }

    /** The first due times: backends of one weight evenly over their spacing, all shifted by {@code start}. */
    private void spread(long start) {
        Integer[] byWeight = new Integer[backends.length];
        Arrays.setAll(byWeight, i -> i);
        Arrays.sort(byWeight, Comparator.comparingLong(i -> weights[i]));
        int first = 0;
        while (first < byWeight.length) {
            long weight = weights[byWeight[first]];
            int end = first;
            while (end < byWeight.length && weights[byWeight[end]] == weight) {
                end++;
            }
            long spacing = PERIOD / weight;
            for (int k = first; k < end; k++) {
                long offset = (long) ((double) (k - first) / (end - first) * spacing);
                due[byWeight[k]] = (offset + start) % spacing;
            }
            first = end;
        }
    }

    private void rebase() {
        long whole = due[heap[0]] >> PERIOD_BITS << PERIOD_BITS;
        for (int i = 0; i < due.length; i++) {
            due[i] -= whole;
        }
    }

    private boolean isBefore(int a, int b) {
        return due[a] != due[b] ? due[a] < due[b] : a < b;
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
            at = child;
        }
        heap[at] = moving;
    }

    private static int[] shuffled(int[] indices, RandomGenerator random) {
        for (int i = indices.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = indices[i];
            indices[i] = indices[j];
            indices[j] = kept;
        }
        return indices;
    }
}
