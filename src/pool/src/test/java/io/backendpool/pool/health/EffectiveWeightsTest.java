package io.backendpool.pool.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class EffectiveWeightsTest {

    @Property(tries = 300)
    void of_anySizes_groupsKeepTheirShares(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 30) Integer> sizes, @ForAll long seed) {
        Random random = new Random(seed);
        List<BackendGroup> groups = new ArrayList<>();
        for (int g = 0; g < sizes.size(); g++) {
            groups.add(new BackendGroup("g" + g, 1 + random.nextInt(1_000)));
        }
        PoolSnapshot snapshot = snapshot(groups, sizes);
        EffectiveWeights weights = EffectiveWeights.of(
                snapshot, Collections.nCopies(snapshot.backends().size(), HealthState.HEALTHY));
        double total = sum(snapshot, weights, null);
        double declared = groups.stream().mapToInt(BackendGroup::weight).sum();
        for (BackendGroup group : groups) {
            assertThat(sum(snapshot, weights, group.name()) / total)
                    .isCloseTo(group.weight() / declared, within(0.001));
        }
    }

    @Example
    void of_oneOfThreeUnhealthy_groupKeepsItsShareAmongTheRest() {
        PoolSnapshot snapshot = snapshot(List.of(new BackendGroup("a", 90), new BackendGroup("b", 10)), List.of(3, 1));
        EffectiveWeights weights = EffectiveWeights.of(
                snapshot,
                List.of(HealthState.HEALTHY, HealthState.UNHEALTHY, HealthState.HEALTHY, HealthState.HEALTHY));
        assertThat(weights.picking()).containsExactly(9, 0, 9, 2);
        assertThat(weights.shown(0)).isEqualTo(45);
        assertThat(weights.shown(1)).isZero();
        assertThat(weights.shown(3)).isEqualTo(10);
    }

    @Example
    void of_groupWithoutHealthyBackend_givesItsShareUp() {
        PoolSnapshot snapshot = snapshot(List.of(new BackendGroup("a", 90), new BackendGroup("b", 10)), List.of(1, 2));
        EffectiveWeights weights =
                EffectiveWeights.of(snapshot, List.of(HealthState.UNHEALTHY, HealthState.HEALTHY, HealthState.HEALTHY));
        assertThat(weights.picking()).containsExactly(0, 1, 1);
    }

    @Example
    void of_nothingHealthy_unknownComesFirstThenDraining() {
        PoolSnapshot snapshot = snapshot(List.of(new BackendGroup("a", 100)), List.of(3));
        assertThat(EffectiveWeights.of(
                                snapshot, List.of(HealthState.UNKNOWN, HealthState.DRAINING, HealthState.UNHEALTHY))
                        .picking())
                .containsExactly(1, 0, 0);
        assertThat(EffectiveWeights.of(
                                snapshot, List.of(HealthState.UNHEALTHY, HealthState.DRAINING, HealthState.UNHEALTHY))
                        .picking())
                .containsExactly(0, 1, 0);
        assertThat(EffectiveWeights.of(snapshot, Collections.nCopies(3, HealthState.UNHEALTHY))
                        .picking())
                .containsExactly(0, 0, 0);
    }

    @Example
    void of_onlyHealthyGroupHasWeightZero_nextBestIsUsed() {
        PoolSnapshot snapshot = snapshot(List.of(new BackendGroup("a", 0), new BackendGroup("b", 5)), List.of(1, 1));
        assertThat(EffectiveWeights.of(snapshot, List.of(HealthState.HEALTHY, HealthState.UNKNOWN))
                        .picking())
                .containsExactly(0, 1);
    }

    @Example
    void of_tenThousandBackendsInOneGroup_noneIsLost() {
        PoolSnapshot snapshot =
                snapshot(List.of(new BackendGroup("a", 1), new BackendGroup("b", 1_000_000)), List.of(9_973, 1));
        EffectiveWeights weights = EffectiveWeights.of(snapshot, Collections.nCopies(9_974, HealthState.HEALTHY));
        for (int i = 0; i < 9_973; i++) {
            assertThat(weights.picking()[i]).isPositive();
        }
    }

    private static double sum(
            PoolSnapshot snapshot, EffectiveWeights weights, @org.jspecify.annotations.Nullable String group) {
        double sum = 0;
        long[] picking = weights.picking();
        for (int i = 0; i < picking.length; i++) {
            if (group == null || snapshot.backends().get(i).key().group().equals(group)) {
                sum += picking[i];
            }
        }
        return sum;
    }

    static PoolSnapshot snapshot(List<BackendGroup> groups, List<Integer> sizes) {
        List<Backend> backends = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            for (int i = 0; i < sizes.get(g); i++) {
                String host = "10.%d.%d.%d".formatted(g, i / 250, i % 250 + 1);
                backends.add(
                        new Backend(new BackendKey(groups.get(g).name(), host, 80), EndpointConditions.READY, null));
            }
        }
        return new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(new Listener("http", 8080, Listener.Protocol.HTTP)),
                groups,
                backends,
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null);
    }
}
