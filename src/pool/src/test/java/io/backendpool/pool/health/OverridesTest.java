package io.backendpool.pool.health;

import static io.backendpool.pool.health.Pools.START;
import static io.backendpool.pool.health.Pools.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.WeightOverride;
import java.util.List;
import net.jqwik.api.Example;

class OverridesTest {

    @Example
    void of_expired_isAsIfItWereNotThere() {
        List<WeightOverride> all = List.of(
                new WeightOverride("a", null, false, 5, START.plusSeconds(60), "canary"),
                new WeightOverride("a", key("a", 1), true, 0, START.plusSeconds(90), "disk full"));
        Overrides before = Overrides.of(all, START);
        assertThat(before.groupWeight("a")).isEqualTo(5);
        assertThat(before.drain(key("a", 1))).isEqualTo("drained by an override until 2026-01-01T00:01:30Z: disk full");
        assertThat(before.nextExpiry()).isEqualTo(START.plusSeconds(60));
        Overrides between = Overrides.of(all, START.plusSeconds(60));
        assertThat(between.groupWeight("a")).isNull();
        assertThat(between.nextExpiry()).isEqualTo(START.plusSeconds(90));
        Overrides after = Overrides.of(all, START.plusSeconds(90));
        assertThat(after.drain(key("a", 1))).isNull();
        assertThat(after.nextExpiry()).isNull();
        assertThat(after.size()).isZero();
    }

    @Example
    void drain_ofAGroup_drainsEachOfItsBackends() {
        Overrides overrides = Overrides.of(List.of(new WeightOverride("a", null, true, 0, null, "")), START);
        assertThat(overrides.drain(key("a", 7))).isEqualTo("drained by an override");
        assertThat(overrides.drain(key("b", 7))).isNull();
        assertThat(overrides.percent(key("a", 7))).isEqualTo(100);
    }
}
