package io.backendpool.pool.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SubsetTest {

    @Property(tries = 500)
    void parts_overAllProxies_everyBackendIsUsedTheSame(
            @ForAll @IntRange(min = 1, max = 300) int backends,
            @ForAll @IntRange(min = 1, max = 40) int proxies,
            @ForAll @IntRange(min = 1, max = 300) int size,
            @ForAll long seed) {
        long[] hashes = hashes(backends, seed);
        double[] used = new double[backends];
        for (int proxy = 0; proxy < proxies; proxy++) {
            double[] parts = Subset.parts(hashes, size, ProxySeat.of(proxy, proxies));
            double sum = 0;
            for (int i = 0; i < backends; i++) {
                sum += parts[i];
                used[i] += parts[i];
            }
            // As many as asked for, or more where these would leave gaps between proxies.
            assertThat(sum).isGreaterThanOrEqualTo(Math.min(size, backends) - 1e-6);
            assertThat(sum).isLessThanOrEqualTo(Math.min(backends, size + (double) backends / proxies) + 1e-6);
        }
        for (int i = 1; i < backends; i++) {
            assertThat(used[i]).isCloseTo(used[0], within(1e-6));
        }
    }

    @Property(tries = 500)
    void parts_overAllProxies_everyBackendIsUsedByAsManyToWithinOne(
            @ForAll @IntRange(min = 1, max = 300) int backends,
            @ForAll @IntRange(min = 1, max = 40) int proxies,
            @ForAll @IntRange(min = 1, max = 300) int size,
            @ForAll long seed) {
        long[] hashes = hashes(backends, seed);
        int[] users = new int[backends];
        for (int proxy = 0; proxy < proxies; proxy++) {
            double[] parts = Subset.parts(hashes, size, ProxySeat.of(proxy, proxies));
            for (int i = 0; i < backends; i++) {
                users[i] += parts[i] > 0 ? 1 : 0;
            }
        }
        int[] sorted = Arrays.stream(users).sorted().toArray();
        assertThat(sorted[0]).isPositive();
        assertThat(sorted[backends - 1] - sorted[0]).isLessThanOrEqualTo(1);
    }

    @Property(tries = 500)
    void parts_oneBackendMore_changesTwoOrThreeOfAProxy(
            @ForAll @IntRange(min = 50, max = 400) int backends,
            @ForAll @IntRange(min = 1, max = 40) int proxies,
            @ForAll @IntRange(min = 2, max = 40) int size,
            @ForAll long seed) {
        long[] more = hashes(backends + 1, seed);
        long[] before = Arrays.copyOf(more, backends);
        for (int proxy = 0; proxy < proxies; proxy++) {
            Set<Long> had = used(before, size, ProxySeat.of(proxy, proxies));
            Set<Long> has = used(more, size, ProxySeat.of(proxy, proxies));
            Set<Long> lost = new HashSet<>(had);
            lost.removeAll(has);
            Set<Long> got = new HashSet<>(has);
            got.removeAll(had);
            // A whole number of distances between proxies: the width may jump by one of them.
            int jump =
                    width(backends + 1, size, proxies) == width(backends, size, proxies) ? 0 : backends / proxies + 1;
            assertThat(lost.size()).isLessThanOrEqualTo(2 + jump);
            assertThat(got.size()).isLessThanOrEqualTo(3 + jump);
        }
    }

    @Property(tries = 200)
    void parts_byName_areOfTheSizeAskedFor(
            @ForAll @IntRange(min = 2, max = 500) int backends, @ForAll @IntRange(min = 1, max = 100) int size) {
        double[] parts = Subset.parts(hashes(backends, 1), size, ProxySeat.byName("proxy-7d9f-" + size));
        double sum = 0;
        for (double part : parts) {
            sum += part;
        }
        assertThat(sum).isCloseTo(Math.min(size, backends), within(1e-6));
    }

    @Example
    void parts_wholeRing_usesAllWhole() {
        assertThat(Subset.parts(hashes(5, 1), 5, ProxySeat.of(2, 7))).containsOnly(1);
        assertThat(Subset.parts(hashes(5, 1), 1, ProxySeat.of(0, 1))).containsOnly(1);
    }

    @Example
    void seat_outOfRange_saysWhatWasExpected() {
        assertThatThrownBy(() -> ProxySeat.of(3, 3))
                .hasMessage("seat: index 3 (expected: 0 to 2, below the number of proxies)");
        assertThatThrownBy(() -> new ProxySeat(1, 3))
                .hasMessage("seat: position 1.0 of 3 proxies (expected: 0 to below 1 of 0 or more)");
    }

    @Example
    void hash_isStableOverVersions() {
        assertThat(Long.toHexString(Subset.hash("10.0.0.1:8080"))).isEqualTo("e8c721156ed52b14");
    }

    private static double width(int backends, int size, int proxies) {
        return Math.max(1, Math.ceil((double) size / backends * proxies - 1e-9));
    }

    private static Set<Long> used(long[] hashes, int size, ProxySeat seat) {
        double[] parts = Subset.parts(hashes, size, seat);
        Set<Long> used = new HashSet<>();
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] > 0) {
                used.add(hashes[i]);
            }
        }
        return used;
    }

    private static long[] hashes(int count, long seed) {
        return new Random(seed).longs(count).toArray();
    }
}
