package io.backendpool.pool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a backend is taken out for a while because of what traffic met there, counted by each proxy for itself. The words and
 * the defaults are Envoy's.
 *
 * @param consecutive5xx responses of 500 and above in a row that eject, 1 to 1,000,000; 0: never
 * @param consecutiveGatewayErrors of 502, 503 and 504 in a row; range as above
 * @param consecutiveLocalOriginFailures connections in a row that were not made; range as above
 * @param consecutiveTimeouts requests in a row that ran out of time; range as above
 * @param consecutiveResets connections in a row that ended before an answer; range as above
 * @param interval how often rates are looked at and ejections end, 100 ms to 1 h
 * @param baseEjectionTime of the first ejection; the n-th in a row takes n times as long, 1 ms to 24 h
 * @param maxEjectionTime the longest ejection, {@code baseEjectionTime} to 24 h
 * @param jitterPercent of the ejection's time, how much is added to it at random at most, 0 to 50
 * @param maxEjectionPercent of the backends, how many may be ejected at the same time, 0 to 100; one may be in any case
 * @param minimumHosts how many backends must have traffic for rates to be compared, 1 to 100,000
 * @param minimumRequests in an interval, for a backend's rate to be compared, 1 to 1,000,000
 * @param successRate ejects those far below the others; null: does not
 * @param failurePercentage ejects those above a share of failures; null: does not
 * @param returnAfterProbes how many probes of the health check in a row must succeed at the end of an ejection, 0 to 100;
 *     pools without a health check do without
 */
public record OutlierDetection(
        int consecutive5xx,
        int consecutiveGatewayErrors,
        int consecutiveLocalOriginFailures,
        int consecutiveTimeouts,
        int consecutiveResets,
        Duration interval,
        Duration baseEjectionTime,
        Duration maxEjectionTime,
        int jitterPercent,
        int maxEjectionPercent,
        int minimumHosts,
        int minimumRequests,
        @Nullable SuccessRate successRate,
        @Nullable FailurePercentage failurePercentage,
        int returnAfterProbes) {
    private static final int MAX_CONSECUTIVE = 1_000_000;

    /** What {@code outlierDetection: {}} asks for. */
    public static final OutlierDetection DEFAULT = new OutlierDetection(
            5,
            0,
            5,
            5,
            5,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(300),
            10,
            10,
            5,
            100,
            null,
            null,
            1);

    /**
     * Ejects what has a success rate below the mean less so many standard deviations.
     *
     * @param stdevFactor 0.1 to 10
     */
    public record SuccessRate(double stdevFactor) {
        public static final double DEFAULT_STDEV_FACTOR = 1.9;

        public SuccessRate {
            Require.inRange("outlierDetection.successRate.stdevFactor", stdevFactor, 0.1, 10);
        }
    }

    /**
     * Ejects what fails this often.
     *
     * @param threshold of the requests of an interval, 1 to 100
     */
    public record FailurePercentage(int threshold) {
        public static final int DEFAULT_THRESHOLD = 85;

        public FailurePercentage {
            Require.inRange("outlierDetection.failurePercentage.threshold", threshold, 1, 100);
        }
    }

    public OutlierDetection {
        consecutive("consecutive5xx", consecutive5xx);
        consecutive("consecutiveGatewayErrors", consecutiveGatewayErrors);
        consecutive("consecutiveLocalOriginFailures", consecutiveLocalOriginFailures);
        consecutive("consecutiveTimeouts", consecutiveTimeouts);
        consecutive("consecutiveResets", consecutiveResets);
        if (interval.compareTo(Duration.ofMillis(100)) < 0 || interval.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("outlierDetection.interval: " + interval + " (expected: 100ms to 1h)");
        }
        Require.duration("outlierDetection.baseEjectionTime", baseEjectionTime);
        Require.duration("outlierDetection.maxEjectionTime", maxEjectionTime);
        if (maxEjectionTime.compareTo(baseEjectionTime) < 0) {
            throw new IllegalArgumentException(
                    "outlierDetection.maxEjectionTime: %s (expected: at least the baseEjectionTime, %s)"
                            .formatted(maxEjectionTime, baseEjectionTime));
        }
        Require.inRange("outlierDetection.jitterPercent", jitterPercent, 0, 50);
        Require.inRange("outlierDetection.maxEjectionPercent", maxEjectionPercent, 0, 100);
        Require.inRange("outlierDetection.minimumHosts", minimumHosts, 1, 100_000);
        Require.inRange("outlierDetection.minimumRequests", minimumRequests, 1, 1_000_000);
        Require.inRange("outlierDetection.returnAfterProbes", returnAfterProbes, 0, 100);
        if (consecutive5xx == 0
                && consecutiveGatewayErrors == 0
                && consecutiveLocalOriginFailures == 0
                && consecutiveTimeouts == 0
                && consecutiveResets == 0
                && successRate == null
                && failurePercentage == null) {
            throw new IllegalArgumentException(
                    "outlierDetection: nothing to detect by (expected: a threshold above 0, successRate or failurePercentage; or no outlierDetection)");
        }
    }

    private static void consecutive(String field, int value) {
        Require.inRange("outlierDetection." + field, value, 0, MAX_CONSECUTIVE);
    }
}
