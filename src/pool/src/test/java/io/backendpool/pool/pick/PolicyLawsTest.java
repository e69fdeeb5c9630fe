package io.backendpool.pool.pick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.LoadBalancing.Policy;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** What holds for every policy. */
class PolicyLawsTest {

    @Property(tries = 100)
    void pick_anyWeights_neverOneOfWeight0(
            @ForAll Policy policy,
            @ForAll @Size(min = 1, max = 30) List<@LongRange(max = 5) Long> drawn,
            @ForAll long seed) {
        long[] weights = weights(drawn);
        Random random = new Random(seed);
        Picker picker = Pools.picker(policy, weights, random);
        boolean none = drawn.stream().allMatch(weight -> weight == 0);
        for (int n = 0; n < 200; n++) {
            int picked = picker.pick(random.nextLong());
            if (none) {
                assertThat(picked).isEqualTo(Picker.NONE);
            } else {
                assertThat(weights[picked]).isPositive();
            }
        }
    }

    @Example
    void pick_noBackends_none() {
        for (Policy policy : Policy.values()) {
            assertThat(Pools.picker(policy, new long[0], new Random(1)).pick(1))
                    .as("%s", policy)
                    .isEqualTo(Picker.NONE);
        }
    }

    /** Those that are not exact: the share of each is its weight's, within what chance does, at 10^6 picks of an idle pool. */
    @Example
    void pick_aMillionTimes_chiSquareIsWithinItsBound() {
        long[] weights = {1, 2, 3, 4, 0, 90, 400, 500};
        for (Policy policy : List.of(
                Policy.RANDOM,
                Policy.LEAST_REQUEST,
                Policy.LEAST_CONNECTIONS,
                Policy.LEAST_RESPONSE_TIME,
                Policy.RENDEZVOUS)) {
            Random random = new Random(20_261_126);
            long[] got = Pools.count(Pools.picker(policy, weights, random), weights.length, 1_000_000, random);
            assertThat(ChiSquare.of(got, weights)).as("%s %s", policy, got).isLessThan(ChiSquare.bound(weights));
        }
    }

    @Property(tries = 60)
    void pick_furtherAttempts_eachBackendOnceThenNone(
            @ForAll Policy policy, @ForAll @IntRange(min = 1, max = 12) int size, @ForAll long seed) {
        if (policy == Policy.ROUND_ROBIN || policy == Policy.RANDOM) {
            return;
        }
        Random random = new Random(seed);
        long[] weights = random.longs(size, 1, 100).toArray();
        Picker picker = Pools.picker(policy, weights, random);
        for (int n = 0; n < 20; n++) {
            long hash = random.nextLong();
            Set<Integer> offered = new HashSet<>();
            for (int attempt = 0; attempt < size; attempt++) {
                offered.add(picker.pick(hash, attempt));
            }
            assertThat(offered).hasSize(size).doesNotContain(Picker.NONE);
            assertThat(picker.pick(hash, size)).isEqualTo(Picker.NONE);
        }
    }

    /** Whatever the order of the backends, and whatever is random in a proxy: all proxies agree, for retries too. */
    @Property(tries = 60)
    void pick_hashed_dependsOnTheSetOfBackendsAlone(@ForAll @IntRange(min = 1, max = 40) int size, @ForAll long seed) {
        Random random = new Random(seed);
        List<BackendKey> keys = Pools.keys(size);
        long[] weights = random.longs(size, 0, 20).toArray();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            order.add(i);
        }
        Collections.shuffle(order, random);
        List<BackendKey> shuffledKeys = order.stream().map(keys::get).toList();
        long[] shuffledWeights = order.stream().mapToLong(i -> weights[i]).toArray();
        for (Policy policy : List.of(Policy.RING_HASH, Policy.MAGLEV, Policy.RENDEZVOUS)) {
            LoadBalancing settings = new LoadBalancing(policy);
            Picker one = picker(settings, keys, weights);
            Picker other = picker(settings, shuffledKeys, shuffledWeights);
            for (int n = 0; n < 100; n++) {
                long hash = random.nextLong();
                for (int attempt = 0; attempt < 3; attempt++) {
                    int expected = one.pick(hash, attempt);
                    int found = other.pick(hash, attempt);
                    assertThat(found == Picker.NONE ? Picker.NONE : order.get(found))
                            .isEqualTo(expected);
                }
            }
        }
    }

    /** A number of each table, computed once: another machine or version that finds another one would move all sessions. */
    @Example
    void pick_hashed_isTheSameOnEveryMachine() {
        long[] weights = {1, 2, 3, 10, 100, 0, 7, 7};
        assertThat(List.of(Policy.RING_HASH, Policy.MAGLEV, Policy.RENDEZVOUS))
                .extracting(policy -> Long.toHexString(digest(policy, weights)))
                .containsExactly("e8061478c37d178f", "484e6ccd46317a3", "c1c13ad481f40cc0");
    }

    private static long digest(Policy policy, long[] weights) {
        Picker picker = Pools.picker(policy, weights, new Random(1));
        long digest = 0;
        for (int key = 0; key < 10_000; key++) {
            for (int attempt = 0; attempt < 3; attempt++) {
                digest = Hashing.hash(picker.pick(Hashing.hash(key, 0), attempt), digest);
            }
        }
        return digest;
    }

    @Example
    void pick_anyPolicy_allocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (LoadBalancing settings : Pools.everyPolicy()) {
            Picker picker = Pools.picker(settings, Pools.equalWeights(100), new Random(1));
            int sum = 0;
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int n = 0; n < 10_000; n++) {
                sum += picker.pick(n * 0x9E3779B97F4A7C15L, n & 3);
            }
            long after = threads.getCurrentThreadAllocatedBytes();
            assertThat(sum).isPositive();
            // The call that reads the counter may allocate; 10,000 picks would.
            assertThat(after - before).as("%s", settings.policy()).isLessThan(10_000);
        }
    }

    @Example
    void usesHash_exactlyThosePoliciesThatHash() {
        for (LoadBalancing settings : Pools.everyPolicy()) {
            PickPlan plan = PickPlans.build(settings, Pools.keys(2), new long[] {1, 1});
            assertThat(plan.usesHash())
                    .as("%s", settings.policy())
                    .isEqualTo(settings.policy().hashes());
            assertThat(plan.picker(Pools.loads(2), new Random(1), () -> 0).usesHash())
                    .isEqualTo(plan.usesHash());
        }
    }

    @Example
    void build_negativeWeight_saysWhich() {
        for (LoadBalancing settings : Pools.everyPolicy()) {
            assertThatThrownBy(() -> PickPlans.build(settings, Pools.keys(2), new long[] {1, -1}))
                    .hasMessage("weights[1]: -1 (expected: 0 or more, the sum below 2^62)");
        }
    }

    @Example
    void build_weightsMissing_saysHowMany() {
        assertThatThrownBy(() -> PickPlans.build(new LoadBalancing(Policy.RANDOM), Pools.keys(3), new long[] {1}))
                .hasMessage("weights: 1 (expected: 3, one for each backend)");
    }

    private static Picker picker(LoadBalancing settings, List<BackendKey> keys, long[] weights) {
        return PickPlans.build(settings, keys, weights).picker(Pools.loads(keys.size()), new Random(), () -> 0);
    }

    private static long[] weights(List<Long> drawn) {
        return drawn.stream().mapToLong(Long::longValue).toArray();
    }
}
