package io.backendpool.pool.simulation;

import static io.backendpool.pool.simulation.SimulationReport.BALANCERS;
import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.simulation.Simulation.Result;
import java.util.Arrays;
import java.util.Objects;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who comes before whom in docs/balancing-simulation.md, and the laws of least response time. */
class BalancingSimulationTest {
    private static final String ROUND_ROBIN = "RoundRobin";
    private static final String ENVOY = "Envoy, equal weights: two choices";
    private static final String ENVOY_WEIGHTED = "Envoy, weights: EDF by weight / (active + 1)";
    private static final String LEAST_REQUEST = "LeastRequest";
    private static final String FULL_SCAN = "LeastRequest, FullScan";
    private static final String LEAST_RESPONSE_TIME = "LeastResponseTime";

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void tail_oneTenTimesAsSlow_eachPolicyThatLooksIsBetterThanTheOneBefore(int loops) {
        Scenario scenario = Scenario.ofTen("slow", 10, 0, 20).withSeconds(20);
        double roundRobin = tail(ROUND_ROBIN, scenario, loops);
        double envoyWeighted = tail(ENVOY_WEIGHTED, scenario, loops);
        double envoy = tail(ENVOY, scenario, loops);
        double leastRequest = tail(LEAST_REQUEST, scenario, loops);
        double fullScan = tail(FULL_SCAN, scenario, loops);
        double leastResponseTime = tail(LEAST_RESPONSE_TIME, scenario, loops);
        assertThat(new double[] {leastResponseTime, fullScan, leastRequest, envoy, envoyWeighted, roundRobin})
                .isSorted();
        assertThat(roundRobin).isGreaterThan(20 * envoyWeighted);
        // As if the slow one were not there: 46 ms is the 99th percentile of the service time itself.
        assertThat(leastResponseTime).isLessThan(52);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void tail_allAlike_noPolicyCostsAnything(int loops) {
        Scenario scenario = Scenario.ofTen("alike", 1, 0, 0).withSeconds(20);
        double roundRobin = tail(ROUND_ROBIN, scenario, loops);
        for (String policy : BALANCERS.keySet()) {
            assertThat(tail(policy, scenario, loops)).as(policy).isBetween(0.98 * roundRobin, 1.03 * roundRobin);
        }
    }

    /** With few requests under way and with many, in one event loop and in several. */
    @Property(tries = 12)
    void share_leastResponseTime_theOneTwiceAsSlowGetsAboutHalf(
            @ForAll @IntRange(min = 400, max = 7_000) int requestsPerSecond,
            @ForAll @IntRange(min = 1, max = 8) int loops,
            @ForAll long seed) {
        Scenario scenario = Scenario.ofTen("twice", 2, 0, 40)
                .withRequestsPerSecond(requestsPerSecond)
                .withSeconds(40);
        Result result = Simulation.run(scenario, loops, balancers(LEAST_RESPONSE_TIME), seed);
        assertThat(result.slowShare()).isBetween(0.2, 0.65);
    }

    /** With the usual decay of 10 s: half of its share is back one decay after it was mended, and all after two. */
    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void share_leastResponseTime_recoversAsTheOldLatencyDecays(int loops) {
        Scenario scenario = Scenario.ofTen("for a while", 10, 10, 20).withSeconds(50);
        double[] share = Simulation.run(scenario, loops, balancers(LEAST_RESPONSE_TIME), SimulationReport.SEED)
                .bySecond();
        assertThat(mean(share, 2, 10)).isBetween(0.8, 1.2);
        // Within a second.
        assertThat(mean(share, 11, 20)).isLessThan(0.1);
        assertThat(mean(share, 30, 33)).isGreaterThan(0.4);
        assertThat(mean(share, 40, 50)).isGreaterThan(0.8);
    }

    @Example
    void run_sameSeed_isTheSameRun() {
        Scenario scenario = Scenario.ofTen("slow", 10, 0, 5).withSeconds(5);
        Result one = Simulation.run(scenario, 4, balancers(LEAST_REQUEST), 1);
        Result same = Simulation.run(scenario, 4, balancers(LEAST_REQUEST), 1);
        assertThat(one.latencies()).isEqualTo(same.latencies());
        assertThat(one.requests()).isEqualTo(same.requests());
    }

    private static double tail(String policy, Scenario scenario, int loops) {
        return Simulation.run(scenario, loops, balancers(policy), SimulationReport.SEED)
                .millis(0.99);
    }

    private static Simulation.Balancers balancers(String policy) {
        return Objects.requireNonNull(BALANCERS.get(policy));
    }

    private static double mean(double[] values, int from, int to) {
        return Arrays.stream(values, from, to).average().orElseThrow();
    }
}
