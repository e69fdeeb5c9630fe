package io.backendpool.pool.pick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.backendpool.pool.LoadBalancing.Policy;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class RendezvousPickerTest {

    @Property(tries = 50)
    void pick_oneLeaves_itsKeysAloneMoveAndGoWhereRetriesWent(
            @ForAll @Size(min = 2, max = 30) List<@LongRange(min = 1, max = 20) Long> drawn, @ForAll long seed) {
        Random random = new Random(seed);
        long[] weights = drawn.stream().mapToLong(Long::longValue).toArray();
        Picker before = Pools.picker(Policy.RENDEZVOUS, weights, random);
        int gone = random.nextInt(weights.length);
        long[] left = weights.clone();
        left[gone] = 0;
        Picker after = Pools.picker(Policy.RENDEZVOUS, left, random);
        for (int key = 0; key < 1_000; key++) {
            long hash = random.nextLong();
            int owner = before.pick(hash, 0);
            assertThat(after.pick(hash, 0)).isEqualTo(owner == gone ? before.pick(hash, 1) : owner);
        }
    }

    /** A backend that gets heavier takes keys from others, and no two others exchange any. */
    @Property(tries = 50)
    void pick_oneGetsHeavier_keysMoveToItOnly(
            @ForAll @Size(min = 2, max = 30) List<@LongRange(min = 1, max = 20) Long> drawn, @ForAll long seed) {
        Random random = new Random(seed);
        long[] weights = drawn.stream().mapToLong(Long::longValue).toArray();
        Picker before = Pools.picker(Policy.RENDEZVOUS, weights, random);
        int heavier = random.nextInt(weights.length);
        long[] changed = weights.clone();
        changed[heavier] += 3;
        Picker after = Pools.picker(Policy.RENDEZVOUS, changed, random);
        for (int key = 0; key < 1_000; key++) {
            long hash = random.nextLong();
            int owner = after.pick(hash);
            assertThat(owner == before.pick(hash) || owner == heavier).isTrue();
        }
    }

    @Example
    void logarithm_anyFraction_isRightToEightDigits() {
        Random random = new Random(9);
        for (int n = 0; n < 100_000; n++) {
            long bits = random.nextLong() >>> (n & 63);
            double fraction = (bits >>> 1) * 0x1p-63 + ((bits & 1) + 0.5) * 0x1p-64;
            double exact = -Math.log(fraction) / Math.log(2);
            // A number of few bits lacks the half that is added.
            double tolerance = 1e-7 + 1.0 / (1 + (double) (bits >>> 1));
            assertThat(Logarithm.ofFraction(bits)).as("%d", bits).isCloseTo(exact, within(tolerance));
        }
    }
}
