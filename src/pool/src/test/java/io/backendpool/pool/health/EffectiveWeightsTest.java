package io.backendpool.pool.health;

import static io.backendpool.pool.health.Pools.START;
import static io.backendpool.pool.health.Pools.USUAL;
import static io.backendpool.pool.health.Pools.all;
import static io.backendpool.pool.health.Pools.allHealthy;
import static io.backendpool.pool.health.Pools.backends;
import static io.backendpool.pool.health.Pools.group;
import static io.backendpool.pool.health.Pools.in;
import static io.backendpool.pool.health.Pools.key;
import static io.backendpool.pool.health.Pools.pool;
import static io.backendpool.pool.health.Pools.rules;
import static io.backendpool.pool.health.Pools.share;
import static io.backendpool.pool.health.Pools.shares;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.LoadBalancing.Locality;
import io.backendpool.pool.PoolMode;
import io.backendpool.pool.PoolMode.Kind;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.SlowStart;
import io.backendpool.pool.WeightOverride;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.DoubleStream;
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
        PoolSnapshot pool = pool(USUAL, List.of(new BackendGroup("a", 100)), List.of(3));
        EffectiveWeights unprobed =
                EffectiveWeights.of(pool, List.of(HealthState.UNKNOWN, HealthState.DRAINING, HealthState.UNHEALTHY));
        assertThat(unprobed.picking()).containsExactly(1, 0, 0);
        assertThat(unprobed.mode())
                .isEqualTo(new PoolMode(Kind.UNPROBED, 0, "no probe has answered for any backend yet: 1 are tried"));
        EffectiveWeights draining =
                EffectiveWeights.of(pool, List.of(HealthState.UNHEALTHY, HealthState.DRAINING, HealthState.DRAINING));
        assertThat(draining.picking()).containsExactly(0, 1, 1);
        assertThat(draining.mode().kind()).isEqualTo(Kind.LAST_RESORT);
    }

    @Example
    void of_allUnhealthy_panicTriesAllUnlessItIsOff() {
        List<BackendGroup> groups = List.of(new BackendGroup("a", 100));
        PoolSnapshot pool = pool(USUAL, groups, List.of(3));
        List<HealthState> states = Collections.nCopies(3, HealthState.UNHEALTHY);
        EffectiveWeights panic = EffectiveWeights.of(pool, states);
        assertThat(panic.picking()).containsExactly(1, 1, 1);
        assertThat(panic.mode())
                .isEqualTo(
                        new PoolMode(
                                Kind.PANIC,
                                0,
                                "0 of 3 backends of priority 0 are healthy, below the panic threshold of 50 %: all 3 are tried"));
        EffectiveWeights off = EffectiveWeights.of(pool(rules(Locality.OFF, 0, 0, null), groups, List.of(3)), states);
        assertThat(off.picking()).containsExactly(0, 0, 0);
        assertThat(off.mode())
                .isEqualTo(new PoolMode(
                        Kind.DOWN,
                        0,
                        "none of 3 backends is healthy, and the panic threshold of 0 % forbids to try them"));
    }

    @Example
    void of_fewHealthyAndManyStarting_isNoPanic() {
        // Scaling up from 3 to 10: the new ones are not ready yet.
        PoolSnapshot pool = pool(USUAL, List.of(new BackendGroup("a", 100)), List.of(10));
        List<BackendHealth> health = all(HealthState.HEALTHY, 10);
        EndpointConditions starting = new EndpointConditions(false, false, false);
        for (int i = 3; i < 10; i++) {
            health.set(i, BackendHealth.initial(starting, null, START));
        }
        EffectiveWeights weights = EffectiveWeights.of(new WeightInputs(pool, health, START));
        assertThat(weights.mode()).isEqualTo(new PoolMode(Kind.NORMAL, 0, "3 of 3 backends are healthy"));
        assertThat(weights.picking()).containsExactly(1, 1, 1, 0, 0, 0, 0, 0, 0, 0);
        // The same pool after 7 of 10 that were ready have failed.
        for (int i = 3; i < 10; i++) {
            health.set(
                    i,
                    BackendHealth.initial(EndpointConditions.READY, null, START).onConditions(starting, null, START));
        }
        assertThat(EffectiveWeights.of(new WeightInputs(pool, health, START))
                        .mode()
                        .kind())
                .isEqualTo(Kind.PANIC);
    }

    @Example
    void of_halfOfPriority0Lost_priority1TakesPart() {
        PoolSnapshot pool = pool(USUAL, List.of(group("a", 90, 0), group("b", 10, 1)), List.of(10, 4));
        List<BackendHealth> health = all(HealthState.HEALTHY, 14);
        for (int i = 0; i < 5; i++) {
            health.set(i, in(HealthState.EJECTED));
        }
        EffectiveWeights weights = EffectiveWeights.of(new WeightInputs(pool, health, START));
        assertThat(share(pool, weights, "a")).isCloseTo(0.7, within(1e-9));
        assertThat(share(pool, weights, "b")).isCloseTo(0.3, within(1e-9));
        assertThat(weights.mode())
                .isEqualTo(new PoolMode(
                        Kind.FAILOVER,
                        0,
                        "5 of 10 backends of priority 0 are healthy, it gets 70 % of the traffic;"
                                + " 4 of 4 backends of priority 1 are healthy, it gets 30 % of the traffic"));
        // What is shown is in proportion to the traffic.
        assertThat(weights.shown(9)).isEqualTo(18);
        assertThat(weights.shown(10)).isCloseTo(90.0 * 30 / 70 / 4, within(1e-9));
        for (int i = 0; i < 10; i++) {
            health.set(i, in(HealthState.UNHEALTHY));
        }
        PoolMode gone =
                EffectiveWeights.of(new WeightInputs(pool, health, START)).mode();
        assertThat(gone.kind()).isEqualTo(Kind.FAILOVER);
        assertThat(gone.priority()).isEqualTo(1);
    }

    @Property(tries = 400)
    void of_anyPool_sharesSumAndWeightsMeanWhatTheyShow(@ForAll long seed) {
        Random random = new Random(seed);
        PoolSnapshot pool = anyPool(random);
        WeightInputs inputs = anyInputs(pool, random);
        EffectiveWeights weights = EffectiveWeights.of(inputs);
        double sum = DoubleStream.of(shares(weights)).sum();
        boolean down = weights.mode().kind() == Kind.DOWN;
        assertThat(sum).isCloseTo(down ? 0 : 1, within(1e-9));
        double shown = 0;
        for (int i = 0; i < pool.backends().size(); i++) {
            shown += weights.shown(i);
            assertThat(weights.shown(i) > 0).isEqualTo(weights.picking()[i] > 0);
        }
        for (int i = 0; i < pool.backends().size() && !down; i++) {
            assertThat(weights.shown(i) / shown).isCloseTo(shares(weights)[i], within(1e-4));
        }
    }

    @Property(tries = 400)
    void of_anyPool_panicMakesAllWeightsPositive(@ForAll long seed) {
        Random random = new Random(seed);
        PoolSnapshot pool = anyPool(random);
        List<BackendHealth> health = new ArrayList<>();
        for (int i = 0; i < pool.backends().size(); i++) {
            health.add(in(random.nextInt(20) == 0 ? HealthState.HEALTHY : HealthState.UNHEALTHY));
        }
        WeightInputs inputs = new WeightInputs(
                pool, health, List.of(), "z1", ProxySeat.of(random.nextInt(5), 5), START, group -> true);
        EffectiveWeights weights = EffectiveWeights.of(inputs);
        if (weights.mode().kind() != Kind.PANIC) {
            return;
        }
        boolean total =
                pool.groups().stream().map(BackendGroup::priority).distinct().count() == 1;
        Overrides overrides = Overrides.of(pool.overrides(), START);
        for (int i = 0; i < pool.backends().size() && total; i++) {
            BackendKey key = pool.backends().get(i).key();
            boolean out = overrides.drain(key) != null
                    || overrides.percent(key) == 0
                    || Objects.requireNonNullElse(overrides.groupWeight(key.group()), weight(pool, key.group())) == 0;
            assertThat(weights.picking()[i] > 0).as("%s", key).isEqualTo(!out);
        }
    }

    @Property(tries = 400)
    void of_overrideThatIsGone_restoresTheWeights(@ForAll long seed) {
        Random random = new Random(seed);
        PoolSnapshot pool = anyPool(random);
        WeightInputs with = anyInputs(pool, random);
        PoolSnapshot bare = pool(pool.loadBalancing(), pool.groups(), pool.backends(), List.of());
        EffectiveWeights without = EffectiveWeights.of(new WeightInputs(
                bare, with.health(), with.adaptations(), with.zone(), with.seat(), with.now(), with.taken()));
        // All overrides of these pools end within the hour.
        EffectiveWeights after = EffectiveWeights.of(new WeightInputs(
                pool,
                with.health(),
                with.adaptations(),
                with.zone(),
                with.seat(),
                START.plusSeconds(3_600),
                with.taken()));
        EffectiveWeights reference = EffectiveWeights.of(new WeightInputs(
                bare,
                with.health(),
                with.adaptations(),
                with.zone(),
                with.seat(),
                START.plusSeconds(3_600),
                with.taken()));
        assertThat(after.picking()).isEqualTo(reference.picking());
        assertThat(after.mode()).isEqualTo(reference.mode());
        assertThat(without.picking()).hasSameSizeAs(after.picking());
    }

    @Property(tries = 300)
    void of_anyHealthRampsAndAdaptations_groupsOfOnePriorityKeepTheirShares(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 20) Integer> sizes, @ForAll long seed) {
        Random random = new Random(seed);
        List<BackendGroup> groups = new ArrayList<>();
        for (int g = 0; g < sizes.size(); g++) {
            groups.add(new BackendGroup("g" + g, 1 + random.nextInt(1_000)));
        }
        SlowStart slowStart = new SlowStart(Duration.ofSeconds(60), 1, 10);
        PoolSnapshot pool = pool(rules(Locality.OFF, 0, 0, slowStart), groups, sizes);
        List<BackendHealth> health = new ArrayList<>();
        List<Adaptation> adaptations = new ArrayList<>();
        double weights = 0;
        Set<String> alive = new HashSet<>();
        for (Backend backend : pool.backends()) {
            boolean healthy = random.nextInt(3) > 0;
            health.add(
                    !healthy
                            ? in(HealthState.UNHEALTHY)
                            : random.nextBoolean()
                                    ? in(HealthState.HEALTHY)
                                    : BackendHealth.joined(EndpointConditions.READY, null, slowStart, START));
            adaptations.add(adapted(10 + random.nextInt(190)));
            if (healthy && alive.add(backend.key().group())) {
                weights += weight(pool, backend.key().group());
            }
        }
        EffectiveWeights got = EffectiveWeights.of(new WeightInputs(
                pool, health, adaptations, null, null, START.plusSeconds(random.nextInt(80)), group -> true));
        for (BackendGroup group : groups) {
            double due = alive.contains(group.name()) ? group.weight() / weights : 0;
            assertThat(share(pool, got, group.name())).isCloseTo(due, within(1e-6));
        }
    }

    @Example
    void of_warmingBackend_getsItsPartAndTheOthersTheRest() {
        SlowStart slowStart = new SlowStart(Duration.ofSeconds(60), 1, 10);
        PoolSnapshot pool =
                pool(rules(Locality.OFF, 0, 50, slowStart), List.of(new BackendGroup("a", 100)), List.of(4));
        List<BackendHealth> health = all(HealthState.HEALTHY, 4);
        health.set(2, BackendHealth.joined(EndpointConditions.READY, null, slowStart, START));
        EffectiveWeights half = EffectiveWeights.of(new WeightInputs(pool, health, START.plusSeconds(30)));
        assertThat(shares(half)[2]).isCloseTo(0.5 / 3.5, within(1e-9));
        assertThat(half.shown(2)).isCloseTo(100 * 0.5 / 3.5, within(1e-9));
        EffectiveWeights whole = EffectiveWeights.of(new WeightInputs(pool, health, START.plusSeconds(60)));
        assertThat(whole.picking()).containsExactly(1, 1, 1, 1);
    }

    @Example
    void of_overrideOfABackend_leavesExactlyThatPercentOfItsShare() {
        List<BackendGroup> groups = List.of(new BackendGroup("a", 75), new BackendGroup("b", 25));
        List<WeightOverride> half = List.of(new WeightOverride("a", key("a", 0), false, 50, null, "noisy disk"));
        PoolSnapshot pool = pool(USUAL, groups, backends(groups, List.of(3, 1)), half);
        EffectiveWeights weights = EffectiveWeights.of(new WeightInputs(pool, allHealthy(pool), START));
        assertThat(shares(weights)).containsExactly(new double[] {0.125, 0.3125, 0.3125, 0.25}, within(1e-9));
        // Nobody in its group takes the rest: the other group does.
        PoolSnapshot alone = pool(USUAL, groups, backends(groups, List.of(1, 1)), half);
        EffectiveWeights fewer = EffectiveWeights.of(new WeightInputs(alone, allHealthy(alone), START));
        assertThat(shares(fewer)).containsExactly(new double[] {0.6, 0.4}, within(1e-9));
    }

    @Example
    void of_overrideOfAGroup_replacesItsWeightAndSaysSo() {
        List<BackendGroup> groups = List.of(new BackendGroup("a", 90), new BackendGroup("b", 10));
        PoolSnapshot pool = pool(
                USUAL,
                groups,
                backends(groups, List.of(1, 1)),
                List.of(new WeightOverride("b", null, false, 30, null, "canary")));
        EffectiveWeights weights = EffectiveWeights.of(new WeightInputs(pool, allHealthy(pool), START));
        assertThat(weights.picking()).containsExactly(3, 1);
        assertThat(weights.notes()).containsExactly("group b: weight 30 by an override, 10 declared");
    }

    @Example
    void of_drainedByOverride_getsNothingEvenInAPanic() {
        List<BackendGroup> groups = List.of(new BackendGroup("a", 1));
        PoolSnapshot pool = pool(
                USUAL,
                groups,
                backends(groups, List.of(3)),
                List.of(new WeightOverride("a", key("a", 1), true, 0, null, "disk full")));
        EffectiveWeights weights = EffectiveWeights.of(new WeightInputs(pool, all(HealthState.UNHEALTHY, 3), START));
        assertThat(weights.picking()).containsExactly(1, 0, 1);
        assertThat(weights.mode().kind()).isEqualTo(Kind.PANIC);
        assertThat(weights.notes()).containsExactly("1 of 3 backends drained by an override");
    }

    @Example
    void of_agentPercent_sharesInsideTheGroup() {
        PoolSnapshot pool = pool(USUAL, List.of(new BackendGroup("a", 1), new BackendGroup("b", 1)), List.of(2, 1));
        List<BackendHealth> health = allHealthy(pool);
        health.set(0, health.get(0).onAgent(AgentState.UNHEARD.hear("50%"), START));
        EffectiveWeights weights = EffectiveWeights.of(new WeightInputs(pool, health, START));
        assertThat(shares(weights)).containsExactly(new double[] {0.5 / 3, 1.0 / 3, 0.5}, within(1e-9));
    }

    @Example
    void of_zonePreferred_localOnesGetAllWhileEnoughAreHealthy() {
        LoadBalancing rules = rules(new Locality(Locality.Mode.PREFER, 70), 0, 50, null);
        List<Backend> backends = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            backends.add(new Backend(key("a", i), EndpointConditions.READY, null, "z" + i % 3, List.of()));
        }
        PoolSnapshot pool = pool(rules, List.of(new BackendGroup("a", 1)), backends, List.of());
        List<BackendHealth> health = allHealthy(pool);
        EffectiveWeights near = EffectiveWeights.of(inZone("z1", pool, health));
        assertThat(near.picking()).containsExactly(0, 1, 0, 0, 1, 0, 0, 1, 0);
        assertThat(near.notes())
                .containsExactly("group a: 3 of 3 backends of zone z1 are healthy, they get all of its traffic");
        health.set(4, in(HealthState.UNHEALTHY));
        EffectiveWeights far = EffectiveWeights.of(inZone("z1", pool, health));
        assertThat(far.picking()).containsExactly(1, 1, 1, 1, 0, 1, 1, 1, 1);
        assertThat(far.notes())
                .containsExactly(
                        "group a: 2 of 3 backends of zone z1 are healthy, fewer than 70 %: all zones get traffic");
        assertThat(EffectiveWeights.of(inZone("elsewhere", pool, allHealthy(pool)))
                        .picking())
                .containsOnly(1);
    }

    @Example
    void of_zoneHints_countBeforeTheZoneWhereAllHaveThem() {
        LoadBalancing rules = rules(new Locality(Locality.Mode.PREFER, 70), 0, 50, null);
        List<Backend> backends = List.of(
                new Backend(key("a", 0), EndpointConditions.READY, null, "z1", List.of("z2")),
                new Backend(key("a", 1), EndpointConditions.READY, null, "z1", List.of("z1", "z2")),
                new Backend(key("b", 0), EndpointConditions.READY, null, "z1", List.of("z2")),
                new Backend(key("b", 1), EndpointConditions.READY, null, "z2", List.of()));
        PoolSnapshot pool =
                pool(rules, List.of(new BackendGroup("a", 1), new BackendGroup("b", 1)), backends, List.of());
        assertThat(EffectiveWeights.of(inZone("z1", pool, allHealthy(pool))).picking())
                .containsExactly(0, 1, 1, 0);
    }

    @Property(tries = 100)
    void of_subsets_groupsKeepTheirSharesAndAllProxiesTogetherLoadEvenly(
            @ForAll @IntRange(min = 1, max = 12) int proxies,
            @ForAll @IntRange(min = 1, max = 60) int subsetSize,
            @ForAll @IntRange(min = 1, max = 60) int size) {
        List<BackendGroup> groups = List.of(new BackendGroup("a", 9), new BackendGroup("b", 1));
        PoolSnapshot pool = pool(rules(Locality.OFF, subsetSize, 50, null), groups, List.of(size, 3));
        double[] load = new double[size + 3];
        for (int proxy = 0; proxy < proxies; proxy++) {
            EffectiveWeights weights = EffectiveWeights.of(new WeightInputs(
                    pool, allHealthy(pool), List.of(), null, ProxySeat.of(proxy, proxies), START, group -> true));
            assertThat(share(pool, weights, "b")).isCloseTo(0.1, within(1e-9));
            for (int i = 0; i < load.length; i++) {
                load[i] += shares(weights)[i] / proxies;
            }
        }
        for (int i = 0; i < load.length; i++) {
            assertThat(load[i]).isCloseTo(i < size ? 0.9 / size : 0.1 / 3, within(1e-6));
        }
    }

    @Example
    void of_hundredThousandBackendsWithAllFeatures_takesWhatIsLinear() {
        // No time limit: quadratic work here would take hours.
        LoadBalancing rules = rules(new Locality(Locality.Mode.PREFER, 70), 1_000, 50, null);
        List<Backend> backends = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            BackendKey key = new BackendKey("a", "10.%d.%d.%d".formatted(i / 62_500, i / 250 % 250, i % 250 + 1), 80);
            backends.add(new Backend(key, EndpointConditions.READY, null, "z" + i % 3, List.of()));
        }
        PoolSnapshot pool = pool(
                rules,
                List.of(new BackendGroup("a", 1)),
                backends,
                List.of(new WeightOverride("a", backends.getFirst().key(), true, 0, null, "")));
        EffectiveWeights weights = EffectiveWeights.of(
                new WeightInputs(pool, allHealthy(pool), List.of(), "z1", ProxySeat.of(1, 100), START, group -> true));
        long used = java.util.Arrays.stream(weights.picking())
                .filter(weight -> weight > 0)
                .count();
        // 33,333 are local; of them a whole number of hundredths that holds 1,000.
        assertThat(used).isBetween(1_000L, 1_336L);
    }

    @Example
    void among_someGroups_isAsIfThePoolHadNoOther() {
        PoolSnapshot pool = pool(USUAL, List.of(new BackendGroup("a", 1), new BackendGroup("b", 1)), List.of(1, 2));
        EffectiveWeights weights = EffectiveWeights.of(new WeightInputs(pool, allHealthy(pool), START));
        assertThat(weights.among("b"::equals).picking()).containsExactly(0, 1, 1);
    }

    @Example
    void inputs_ofAnotherSize_saySo() {
        PoolSnapshot pool = pool(USUAL, List.of(new BackendGroup("a", 1)), List.of(2));
        assertThatThrownBy(() -> new WeightInputs(pool, List.of(), START))
                .hasMessage("health: 0 (expected: 2, one for each backend)");
    }

    private static WeightInputs inZone(String zone, PoolSnapshot pool, List<BackendHealth> health) {
        return new WeightInputs(pool, health, List.of(), zone, null, START, group -> true);
    }

    private static Adaptation adapted(double percent) {
        return new Adaptation(percent, true, 0, 0, 0, 0, 0, Tally.NONE, 0, "");
    }

    private static int weight(PoolSnapshot pool, String group) {
        return pool.groups().stream()
                .filter(one -> one.name().equals(group))
                .mapToInt(BackendGroup::weight)
                .sum();
    }

    /** Of up to 5 groups of up to 3 priorities, with all features and overrides that end within the hour. */
    private static PoolSnapshot anyPool(Random random) {
        List<BackendGroup> groups = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        int count = 1 + random.nextInt(5);
        int priorities = 1 + random.nextInt(3);
        for (int g = 0; g < count; g++) {
            groups.add(group("g" + g, random.nextInt(100), random.nextInt(priorities)));
            sizes.add(random.nextInt(20));
        }
        List<Backend> backends = new ArrayList<>();
        for (Backend backend : backends(groups, sizes)) {
            List<String> hints = random.nextInt(3) == 0 ? List.of("z" + random.nextInt(3)) : List.of();
            backends.add(new Backend(backend.key(), backend.conditions(), null, "z" + random.nextInt(3), hints));
        }
        List<WeightOverride> overrides = new ArrayList<>();
        for (Backend backend : backends) {
            boolean drain = random.nextBoolean();
            if (random.nextInt(6) == 0) {
                overrides.add(new WeightOverride(
                        backend.key().group(),
                        backend.key(),
                        drain,
                        drain ? 0 : random.nextInt(101),
                        START.plusSeconds(1 + random.nextInt(3_600)),
                        "a test"));
            }
        }
        if (random.nextBoolean()) {
            overrides.add(new WeightOverride("g0", null, false, random.nextInt(200), START.plusSeconds(600), ""));
        }
        Locality locality =
                random.nextBoolean() ? Locality.OFF : new Locality(Locality.Mode.PREFER, random.nextInt(101));
        SlowStart slowStart = random.nextBoolean() ? null : new SlowStart(Duration.ofSeconds(60), 1, 10);
        LoadBalancing rules =
                rules(locality, random.nextBoolean() ? 0 : 1 + random.nextInt(20), random.nextInt(101), slowStart);
        return pool(rules, groups, backends, overrides);
    }

    private static WeightInputs anyInputs(PoolSnapshot pool, Random random) {
        List<BackendHealth> health = new ArrayList<>();
        List<Adaptation> adaptations = new ArrayList<>();
        HealthState[] states = HealthState.values();
        int mood = 1 + random.nextInt(5);
        for (int i = 0; i < pool.backends().size(); i++) {
            boolean healthy = random.nextInt(5) < mood;
            BackendHealth one = in(healthy ? HealthState.HEALTHY : states[random.nextInt(states.length)]);
            health.add(
                    random.nextInt(8) == 0
                            ? one.onAgent(AgentState.UNHEARD.hear(random.nextInt(101) + "%"), START)
                            : one);
            adaptations.add(random.nextBoolean() ? Adaptation.NONE : adapted(10 + random.nextInt(190)));
        }
        return new WeightInputs(
                pool,
                health,
                adaptations,
                random.nextBoolean() ? null : "z" + random.nextInt(3),
                random.nextBoolean() ? null : ProxySeat.of(random.nextInt(7), 7),
                START,
                group -> true);
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

    private static PoolSnapshot snapshot(List<BackendGroup> groups, List<Integer> sizes) {
        return pool(USUAL, groups, sizes);
    }
}
