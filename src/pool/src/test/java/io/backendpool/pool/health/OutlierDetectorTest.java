package io.backendpool.pool.health;

import static io.backendpool.pool.health.Pools.START;
import static io.backendpool.pool.health.Pools.keys;
import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.OutlierDetection;
import io.backendpool.pool.OutlierDetection.FailurePercentage;
import io.backendpool.pool.OutlierDetection.SuccessRate;
import io.backendpool.pool.health.OutlierDetector.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

class OutlierDetectorTest {
    private static final OutlierDetection RULES = rules(0, 50, null, null, 1);

    @Example
    void onRun_fiveInARow_ejectsForTheBaseTime() {
        OutlierDetector detector = detector(RULES, 10);
        Ejection ejection = ejected(detector.onRun(keys(10).get(3), FailureKind.SERVER_ERROR, START));
        assertThat(ejection.words()).isEqualTo("5xx 5 in a row, ejected 30s");
        assertThat(ejection.until()).isEqualTo(START.plusSeconds(30));
        assertThat(detector.onRun(keys(10).get(3), FailureKind.SERVER_ERROR, START))
                .isNull();
        assertThat(detector.nextTime()).isEqualTo(START.plusSeconds(30));
    }

    @Example
    void onRun_kindThatIsOff_doesNothing() {
        assertThat(detector(RULES, 10).onRun(keys(10).getFirst(), FailureKind.GATEWAY_ERROR, START))
                .isNull();
    }

    @Example
    void onRun_again_growsTheTimeUpToTheMaximum() {
        OutlierDetector detector = detector(RULES, 10);
        BackendKey key = keys(10).getFirst();
        Instant now = START;
        for (long seconds : new long[] {30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300}) {
            Ejection ejection = ejected(detector.onRun(key, FailureKind.RESET, now));
            assertThat(Duration.between(now, ejection.until())).isEqualTo(Duration.ofSeconds(seconds));
            if (seconds == 60) {
                assertThat(ejection.words()).isEqualTo("resets 5 in a row, ejected 1m (2nd time)");
            }
            now = ejection.until();
            assertThat(detector.onTime(false, now)).containsExactly(new Decision(key, null));
        }
    }

    @Example
    void sweep_backForAnInterval_shrinksTheTimeByOne() {
        OutlierDetector detector = detector(RULES, 10);
        BackendKey key = keys(10).getFirst();
        Instant now = START;
        for (int i = 0; i < 3; i++) {
            now = ejected(detector.onRun(key, FailureKind.RESET, now)).until();
            detector.onTime(false, now);
        }
        detector.sweep(Map.of(), false, now.plusSeconds(5));
        detector.sweep(Map.of(), false, now.plusSeconds(10));
        detector.sweep(Map.of(), false, now.plusSeconds(20));
        assertThat(ejected(detector.onRun(key, FailureKind.RESET, now.plusSeconds(21)))
                        .times())
                .isEqualTo(2);
    }

    @Example
    void sweep_envoysExample_ejectsBelowTheMeanLessTheDeviations() {
        // 50, 100, 100, 100, 100: mean 90, deviation 20, so 90 - 1.9 x 20 = 52.
        OutlierDetector detector = detector(rules(0, 50, 1.9, null, 1), 5);
        Map<BackendKey, Tally> window = new HashMap<>();
        keys(5).forEach(key -> window.put(key, tally(100, 0)));
        window.put(keys(5).get(2), tally(100, 50));
        List<Decision> decisions = detector.sweep(window, true, START);
        assertThat(decisions).extracting(Decision::backend).containsExactly(keys(5).get(2));
        assertThat(ejected(decisions.getFirst()).cause())
                .isEqualTo("success rate 50.0%, at least 52.0% expected (mean 90.0% of 5 backends)");
    }

    @Example
    void sweep_tooFewRequestsOrBackends_ejectsNothing() {
        OutlierDetector detector = detector(rules(0, 50, 1.9, 50, 1), 5);
        Map<BackendKey, Tally> quiet = new HashMap<>();
        keys(5).forEach(key -> quiet.put(key, tally(99, 0)));
        quiet.put(keys(5).get(2), tally(99, 99));
        assertThat(detector.sweep(quiet, true, START)).isEmpty();
        Map<BackendKey, Tally> few = new HashMap<>();
        keys(4).forEach(key -> few.put(key, tally(1_000, 0)));
        few.put(keys(4).get(2), tally(1_000, 1_000));
        assertThat(detector.sweep(few, true, START)).isEmpty();
    }

    @Example
    void sweep_failurePercentage_ejectsTheWorstAsFarAsAllowed() {
        OutlierDetector detector = detector(rules(0, 20, null, 50, 1), 10);
        Map<BackendKey, Tally> window = new HashMap<>();
        keys(10).forEach(key -> window.put(key, tally(200, 0)));
        window.put(keys(10).get(1), tally(200, 100));
        window.put(keys(10).get(2), tally(200, 174));
        window.put(keys(10).get(3), tally(200, 120));
        List<Decision> decisions = detector.sweep(window, true, START);
        assertThat(decisions).extracting(Decision::backend).containsExactly(keys(10).get(2), keys(10).get(3));
        assertThat(ejected(decisions.getFirst()).cause()).isEqualTo("failures 174 of last 200 (87.0%, threshold 50%)");
    }

    @Example
    void onTime_withProbes_opensHalfAndTheProbesDecide() {
        OutlierDetector detector = detector(rules(0, 50, null, null, 2), 10);
        BackendKey key = keys(10).getFirst();
        detector.onRun(key, FailureKind.TIMEOUT, START);
        assertThat(detector.onProbe(key, true, START.plusSeconds(1))).isNull();
        Ejection open = ejected(detector.onTime(true, START.plusSeconds(30)).getFirst());
        assertThat(open.words()).isEqualTo("timeouts 5 in a row, half-open: 0 of 2 probes succeeded");
        assertThat(detector.nextTime()).isNull();
        assertThat(ejected(detector.onProbe(key, true, START.plusSeconds(31))).words())
                .isEqualTo("timeouts 5 in a row, half-open: 1 of 2 probes succeeded");
        assertThat(detector.onProbe(key, true, START.plusSeconds(32))).isEqualTo(new Decision(key, null));
        assertThat(detector.ejected()).isZero();
    }

    @Example
    void onProbe_failsHalfOpen_ejectsAgainForLonger() {
        OutlierDetector detector = detector(RULES, 10);
        BackendKey key = keys(10).getFirst();
        detector.onRun(key, FailureKind.TIMEOUT, START);
        detector.onTime(true, START.plusSeconds(30));
        assertThat(ejected(detector.onProbe(key, false, START.plusSeconds(31))).words())
                .isEqualTo("timeouts 5 in a row, ejected 1m (2nd time)");
        assertThat(detector.ejected()).isOne();
    }

    @Example
    void onProbe_failsAndSucceedsDuringAnEjection_returnsBeforeItsTime() {
        OutlierDetector detector = detector(rules(0, 50, null, null, 2), 10);
        BackendKey key = keys(10).getFirst();
        detector.onRun(key, FailureKind.TIMEOUT, START);
        assertThat(detector.onProbe(key, true, START.plusSeconds(1))).isNull();
        assertThat(detector.onProbe(key, false, START.plusSeconds(2))).isNull();
        assertThat(ejected(detector.onProbe(key, true, START.plusSeconds(3))).words())
                .isEqualTo("timeouts 5 in a row, half-open: 1 of 2 probes succeeded");
        assertThat(detector.onProbe(key, true, START.plusSeconds(4))).isEqualTo(new Decision(key, null));

        // The next one waits for probes of its own to fail.
        detector.onRun(key, FailureKind.TIMEOUT, START.plusSeconds(5));
        assertThat(detector.onProbe(key, true, START.plusSeconds(6))).isNull();
    }

    @Example
    void onProbe_thatFailedHalfOpen_returnsBeforeTheLongerTime() {
        OutlierDetector detector = detector(RULES, 10);
        BackendKey key = keys(10).getFirst();
        detector.onRun(key, FailureKind.TIMEOUT, START);
        detector.onTime(true, START.plusSeconds(30));
        detector.onProbe(key, false, START.plusSeconds(31));
        assertThat(detector.onProbe(key, true, START.plusSeconds(32))).isEqualTo(new Decision(key, null));
    }

    @Example
    void onRun_singleBackend_isNeverEjected() {
        assertThat(detector(RULES, 1).onRun(keys(1).getFirst(), FailureKind.RESET, START))
                .isNull();
    }

    @Example
    void onRun_smallShare_ejectsOneAtLeast() {
        OutlierDetector detector = detector(rules(0, 10, null, null, 1), 3);
        assertThat(detector.onRun(keys(3).getFirst(), FailureKind.RESET, START)).isNotNull();
        assertThat(detector.onRun(keys(3).get(1), FailureKind.RESET, START)).isNull();
    }

    @Property(tries = 300)
    void anyEvents_atMostTheAllowedShareIsOutAndDecisionsTellTheWhole(
            @ForAll @IntRange(min = 1, max = 30) int size,
            @ForAll @IntRange(min = 0, max = 100) int percent,
            @ForAll boolean probed,
            @ForAll long seed) {
        Random random = new Random(seed);
        OutlierDetector detector = new OutlierDetector(rules(20, percent, 1.0, 50, 1), random);
        Set<BackendKey> out = new HashSet<>();
        List<BackendKey> present = keys(size);
        detector.hosts(present, START);
        Instant now = START;
        for (int step = 0; step < 200; step++) {
            now = now.plusMillis(random.nextInt(20_000));
            switch (random.nextInt(5)) {
                case 0 -> {
                    present = keys(1 + random.nextInt(size));
                    out.retainAll(present);
                    apply(detector.hosts(present, now), out);
                }
                case 1 -> apply(detector.sweep(window(present, random), probed, now), out);
                case 2 -> apply(detector.onTime(probed, now), out);
                case 3 -> apply(detector.onProbe(any(present, random), random.nextBoolean(), now), out);
                default -> apply(detector.onRun(any(present, random), FailureKind.RESET, now), out);
            }
            assertThat(detector.ejected()).isEqualTo(out.size());
            int allowed = present.size() == 1 ? 0 : Math.max(1, present.size() * percent / 100);
            assertThat(out.size()).isLessThanOrEqualTo(allowed);
        }
    }

    @Property(tries = 200)
    void onRun_withJitter_addsAtMostItsPercent(@ForAll @IntRange(max = 50) int jitter, @ForAll long seed) {
        OutlierDetector detector = new OutlierDetector(rules(jitter, 50, null, null, 1), new Random(seed));
        detector.hosts(keys(2), START);
        Ejection ejection = ejected(detector.onRun(keys(2).getFirst(), FailureKind.RESET, START));
        assertThat(Duration.between(START, ejection.until()))
                .isBetween(Duration.ofSeconds(30), Duration.ofMillis(30_000 + 300L * jitter));
    }

    private static void apply(@Nullable Decision decision, Set<BackendKey> out) {
        if (decision != null) {
            apply(List.of(decision), out);
        }
    }

    private static void apply(List<Decision> decisions, Set<BackendKey> out) {
        for (Decision decision : decisions) {
            if (decision.ejection() == null) {
                assertThat(out.remove(decision.backend())).isTrue();
            } else {
                out.add(decision.backend());
            }
        }
    }

    private static BackendKey any(List<BackendKey> keys, Random random) {
        return keys.get(random.nextInt(keys.size()));
    }

    private static Map<BackendKey, Tally> window(List<BackendKey> keys, Random random) {
        Map<BackendKey, Tally> window = new HashMap<>();
        for (BackendKey key : keys) {
            int requests = random.nextInt(1_000);
            window.put(key, tally(requests, random.nextInt(requests + 1)));
        }
        return window;
    }

    private static Tally tally(long requests, long failures) {
        return new Tally(requests, failures, 0, 0, 0, 0, 0);
    }

    private static OutlierDetector detector(OutlierDetection rules, int hosts) {
        OutlierDetector detector = new OutlierDetector(rules, new Random(1));
        detector.hosts(keys(hosts), START);
        return detector;
    }

    private static Ejection ejected(@Nullable Decision decision) {
        return Objects.requireNonNull(Objects.requireNonNull(decision).ejection());
    }

    private static OutlierDetection rules(
            int jitterPercent,
            int maxEjectionPercent,
            @Nullable Double stdevFactor,
            @Nullable Integer failureThreshold,
            int returnAfterProbes) {
        OutlierDetection usual = OutlierDetection.DEFAULT;
        return new OutlierDetection(
                usual.consecutive5xx(),
                0,
                usual.consecutiveLocalOriginFailures(),
                usual.consecutiveTimeouts(),
                usual.consecutiveResets(),
                usual.interval(),
                usual.baseEjectionTime(),
                usual.maxEjectionTime(),
                jitterPercent,
                maxEjectionPercent,
                usual.minimumHosts(),
                usual.minimumRequests(),
                stdevFactor == null ? null : new SuccessRate(stdevFactor),
                failureThreshold == null ? null : new FailurePercentage(failureThreshold),
                returnAfterProbes);
    }
}
