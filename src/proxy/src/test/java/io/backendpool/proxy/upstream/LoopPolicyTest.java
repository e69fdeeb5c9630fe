package io.backendpool.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.TrafficPolicy;
import java.time.Duration;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class LoopPolicyTest {
    /** A wait that began within a tick ends when more than so many later ones have begun. */
    @Property
    void wait_isNeverTooShort_andNotTwoTicksTooLong(@ForAll @LongRange(min = 1, max = 100_000_000) long millis) {
        int ticks = LoopPolicy.ticks(millis);
        long atLeast = (long) ticks * LoopPolicy.TICK_MILLIS;
        assertThat(atLeast).isGreaterThanOrEqualTo(millis).isLessThan(millis + LoopPolicy.TICK_MILLIS);
    }

    @Example
    void waits_areRoundedUp() {
        ProxyLimits usual = ProxyLimits.defaults();
        ProxyLimits limits = new ProxyLimits(
                Duration.ofMillis(150),
                Duration.ofMillis(199),
                Duration.ofMillis(200).plusNanos(1),
                usual.maxTargetBytes(),
                usual.maxReplayBytes(),
                usual.maxIdlePerBackend(),
                usual.maxAttempts());
        LoopPolicy policy = LoopPolicy.of(TrafficPolicy.DEFAULT, limits, LoopShare.ALL);
        assertThat(policy.upstreamIdleTicks()).isEqualTo(2);
        assertThat(policy.lingerTicks()).isEqualTo(2);
        assertThat(policy.drainTicks()).isEqualTo(3);
    }
}
