package io.backendpool.pool.pick;

import java.util.Arrays;
import java.util.Comparator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Smooth weighted round robin: weights 3, 2, 1 give {@code abacba}, not {@code aaabbc}.
 *
 * <p>Earliest deadline first, as in Envoy's {@code EdfScheduler}, in whole numbers: in one {@link #PERIOD} of virtual time
 * a backend of weight w is due exactly w times, evenly spaced, so over each run of sum(w) picks the shares are exact.
 * There is no table, however large the weights. Backends of one weight are spread evenly over their spacing, and the start
 * is random, so that many event loops do not march in step. Where no backend has more than half of the weight, the same
 * backend is not picked twice in a row as long as another is due in the same period.
 *
 * <p>Backends of one weight move on by the same spacing, so among them the order never changes: each weight is a ring, and
 * only the heads of the rings compete. A pick costs O(log w) for w different weights, and walks through memory in order.
 *
 * <pre>
 *   weight 2:  b d a    weight 1:  f c e        heap of rings, by when their heads are due:  [2] [1]
 *              ^ head              ^ head
 * </pre>
 */
final class RoundRobinPicker implements Picker {
    private static final int PERIOD_BITS = 50;
    /** One round of virtual time. Far above any weight, so that spacings are precise. */
    private static final long PERIOD = 1L << PERIOD_BITS;
    /** Virtual time is set back before it could overflow. */
    private static final long REBASE_ABOVE = 1L << 61;

    /** Those of one weight lie side by side. */
    private final int[] backends;

    private final long[] weights;
    /** When each is due next, in virtual time. */
    private final long[] due;
    /** What whole-number spacing has left over so far, in parts of 1/weight. */
    private final long[] carried;
    /** Where each ring begins in the arrays above; one more: where the last ends. */
    private final int[] ringStart;
    /** The position that is due next in each ring. */
    private final int[] head;
    /** A binary min-heap of rings, by when their heads are due. */
    private final int[] heap;

    private final long half;
    private int last = NONE;

    RoundRobinPicker(long[] weights, RandomGenerator random) {
        long sum = Weights.sum(weights);
        this.half = sum / 2;
        this.backends = byWeight(shuffled(Weights.positive(weights), random), weights);
        int count = backends.length;
        this.weights = Arrays.stream(backends)
                .mapToLong(i -> Math.min(weights[i], PERIOD))
                .toArray();
        this.due = new long[count];
        this.carried = new long[count];
        this.ringStart = rings(this.weights);
        int rings = ringStart.length - 1;
        this.head = new int[rings];
        this.heap = new int[rings];
        long start = random.nextLong(PERIOD);
        for (int ring = 0; ring < rings; ring++) {
            heap[ring] = ring;
            spread(ring, start);
        }
        for (int i = rings / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
    }

    @Override
    public int pick() {
        if (heap.length == 0) {
            return NONE;
        }
        int at = 0;
        // Only a ring of one can have the last one at its head.
        if (heap.length > 1 && head[heap[0]] == last && weights[last] <= half) {
            int second = heap.length > 2 && isBefore(heap[2], heap[1]) ? 2 : 1;
            if (due[head[heap[second]]] >> PERIOD_BITS == due[last] >> PERIOD_BITS) {
                at = second;
            }
        }
        int ring = heap[at];
        int chosen = head[ring];
        last = chosen;
        advance(chosen);
        head[ring] = chosen + 1 == ringStart[ring + 1] ? ringStart[ring] : chosen + 1;
        siftDown(at);
        if (due[head[heap[0]]] > REBASE_ABOVE) {
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

    /** The first due times of a ring: evenly over its spacing, all shifted by {@code start}; its head is the first due. */
    private void spread(int ring, long start) {
        int from = ringStart[ring];
        int end = ringStart[ring + 1];
        long spacing = PERIOD / weights[from];
        head[ring] = from;
        for (int i = from; i < end; i++) {
            long offset = (long) ((double) (i - from) / (end - from) * spacing);
            due[i] = (offset + start) % spacing;
            if (due[i] < due[head[ring]]) {
                head[ring] = i;
            }
        }
    }

    private void rebase() {
        long whole = due[head[heap[0]]] >> PERIOD_BITS << PERIOD_BITS;
        for (int i = 0; i < due.length; i++) {
            due[i] -= whole;
        }
    }

    private boolean isBefore(int ring, int other) {
        int a = head[ring];
        int b = head[other];
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

    private static int[] byWeight(int[] indices, long[] weights) {
        return Arrays.stream(indices)
                .boxed()
                .sorted(Comparator.comparingLong(i -> weights[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Where a new weight begins, and where the last ends. */
    private static int[] rings(long[] weights) {
        IntStream starts = IntStream.range(0, weights.length).filter(i -> i == 0 || weights[i] != weights[i - 1]);
        return IntStream.concat(starts, IntStream.of(weights.length)).toArray();
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
