package io.backendpool.operator.translate;

import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.OutlierDetection;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads what changes the weights of backends while a pool runs. What it leaves out is as in the CRD's defaults. */
final class WeightsReader {
    private WeightsReader() {}

    /**
     * Reads {@code bean}.
     *
     * @throws IllegalArgumentException where it is not valid after all; the message names the field
     */
    static @Nullable OutlierDetection read(io.backendpool.api.v1alpha1.@Nullable OutlierDetection bean) {
        if (bean == null) {
            return null;
        }
        OutlierDetection usual = OutlierDetection.DEFAULT;
        return new OutlierDetection(
                Objects.requireNonNullElse(bean.consecutive5xx, usual.consecutive5xx()),
                Objects.requireNonNullElse(bean.consecutiveGatewayErrors, usual.consecutiveGatewayErrors()),
                Objects.requireNonNullElse(bean.consecutiveLocalOriginFailures, usual.consecutiveLocalOriginFailures()),
                Objects.requireNonNullElse(bean.consecutiveTimeouts, usual.consecutiveTimeouts()),
                Objects.requireNonNullElse(bean.consecutiveResets, usual.consecutiveResets()),
                duration("interval", bean.interval, usual.interval()),
                duration("baseEjectionTime", bean.baseEjectionTime, usual.baseEjectionTime()),
                duration("maxEjectionTime", bean.maxEjectionTime, usual.maxEjectionTime()),
                Objects.requireNonNullElse(bean.jitterPercent, usual.jitterPercent()),
                Objects.requireNonNullElse(bean.maxEjectionPercent, usual.maxEjectionPercent()),
                Objects.requireNonNullElse(bean.minimumHosts, usual.minimumHosts()),
                Objects.requireNonNullElse(bean.minimumRequests, usual.minimumRequests()),
                bean.successRate == null ? null : successRate(bean.successRate),
                bean.failurePercentage == null
                        ? null
                        : new OutlierDetection.FailurePercentage(Objects.requireNonNullElse(
                                bean.failurePercentage.threshold,
                                OutlierDetection.FailurePercentage.DEFAULT_THRESHOLD)),
                Objects.requireNonNullElse(bean.returnAfterProbes, usual.returnAfterProbes()));
    }

    private static OutlierDetection.@Nullable SuccessRate successRate(
            io.backendpool.api.v1alpha1.OutlierDetection.SuccessRate bean) {
        return new OutlierDetection.SuccessRate(
                bean.stdevFactor == null
                        ? OutlierDetection.SuccessRate.DEFAULT_STDEV_FACTOR
                        : LoadBalancingReader.number(
                                "spec.outlierDetection.successRate.stdevFactor", bean.stdevFactor));
    }

    private static Duration duration(String field, @Nullable String text, Duration usual) {
        return text == null ? usual : Durations.parse("spec.outlierDetection." + field, text);
    }

    /**
     * Reads {@code bean}.
     *
     * @throws IllegalArgumentException where it is not valid after all; the message names the field
     */
    static AdaptiveWeight read(io.backendpool.api.v1alpha1.@Nullable AdaptiveWeight bean) {
        AdaptiveWeight usual = AdaptiveWeight.OFF;
        if (bean == null) {
            return usual;
        }
        AdaptiveWeight.Mode mode =
                switch (PoolSpecReader.required("spec.adaptiveWeight.mode", bean.mode)) {
                    case Disabled -> AdaptiveWeight.Mode.OFF;
                    case Observe -> AdaptiveWeight.Mode.OBSERVE;
                    case Enforce -> AdaptiveWeight.Mode.ENFORCE;
                };
        return new AdaptiveWeight(
                mode,
                Objects.requireNonNullElse(bean.floor, usual.floor()),
                Objects.requireNonNullElse(bean.ceiling, usual.ceiling()),
                Objects.requireNonNullElse(bean.step, usual.step()));
    }
}
