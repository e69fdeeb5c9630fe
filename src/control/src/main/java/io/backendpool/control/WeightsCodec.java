package io.backendpool.control;

import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.OutlierDetection;
import io.backendpool.pool.WeightOverride;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The border between the model and the wire for what changes weights while a pool runs. */
final class WeightsCodec {
    private WeightsCodec() {}

    static io.backendpool.control.v1.OutlierDetection encode(OutlierDetection outliers) {
        io.backendpool.control.v1.OutlierDetection.Builder message =
                io.backendpool.control.v1.OutlierDetection.newBuilder()
                        .setConsecutive5Xx(outliers.consecutive5xx())
                        .setConsecutiveGatewayErrors(outliers.consecutiveGatewayErrors())
                        .setConsecutiveLocalOriginFailures(outliers.consecutiveLocalOriginFailures())
                        .setConsecutiveTimeouts(outliers.consecutiveTimeouts())
                        .setConsecutiveResets(outliers.consecutiveResets())
                        .setIntervalNanos(outliers.interval().toNanos())
                        .setBaseEjectionTimeNanos(outliers.baseEjectionTime().toNanos())
                        .setMaxEjectionTimeNanos(outliers.maxEjectionTime().toNanos())
                        .setJitterPercent(outliers.jitterPercent())
                        .setMaxEjectionPercent(outliers.maxEjectionPercent())
                        .setMinimumHosts(outliers.minimumHosts())
                        .setMinimumRequests(outliers.minimumRequests())
                        .setReturnAfterProbes(outliers.returnAfterProbes());
        OutlierDetection.SuccessRate successRate = outliers.successRate();
        if (successRate != null) {
            message.setSuccessRateStdevFactor(successRate.stdevFactor());
        }
        OutlierDetection.FailurePercentage failures = outliers.failurePercentage();
        if (failures != null) {
            message.setFailurePercentageThreshold(failures.threshold());
        }
        return message.build();
    }

    /**
     * Decodes {@code message}.
     *
     * @throws IllegalArgumentException a value is out of its range; the message names the field
     */
    static @Nullable OutlierDetection decode(io.backendpool.control.v1.OutlierDetection message) {
        return new OutlierDetection(
                message.getConsecutive5Xx(),
                message.getConsecutiveGatewayErrors(),
                message.getConsecutiveLocalOriginFailures(),
                message.getConsecutiveTimeouts(),
                message.getConsecutiveResets(),
                Duration.ofNanos(message.getIntervalNanos()),
                Duration.ofNanos(message.getBaseEjectionTimeNanos()),
                Duration.ofNanos(message.getMaxEjectionTimeNanos()),
                message.getJitterPercent(),
                message.getMaxEjectionPercent(),
                message.getMinimumHosts(),
                message.getMinimumRequests(),
                message.hasSuccessRateStdevFactor()
                        ? new OutlierDetection.SuccessRate(message.getSuccessRateStdevFactor())
                        : null,
                message.hasFailurePercentageThreshold()
                        ? new OutlierDetection.FailurePercentage(message.getFailurePercentageThreshold())
                        : null,
                message.getReturnAfterProbes());
    }

    static io.backendpool.control.v1.AdaptiveWeight encode(AdaptiveWeight weight) {
        return io.backendpool.control.v1.AdaptiveWeight.newBuilder()
                .setMode(
                        switch (weight.mode()) {
                            case OFF -> io.backendpool.control.v1.AdaptiveWeight.Mode.OFF;
                            case OBSERVE -> io.backendpool.control.v1.AdaptiveWeight.Mode.OBSERVE;
                            case ENFORCE -> io.backendpool.control.v1.AdaptiveWeight.Mode.ENFORCE;
                        })
                .setFloor(weight.floor())
                .setCeiling(weight.ceiling())
                .setStep(weight.step())
                .build();
    }

    static AdaptiveWeight decode(io.backendpool.control.v1.AdaptiveWeight message) throws InvalidSnapshotException {
        AdaptiveWeight.Mode mode =
                switch (message.getMode()) {
                    case OFF -> AdaptiveWeight.Mode.OFF;
                    case OBSERVE -> AdaptiveWeight.Mode.OBSERVE;
                    case ENFORCE -> AdaptiveWeight.Mode.ENFORCE;
                    case MODE_UNSPECIFIED, UNRECOGNIZED ->
                        throw PoolConfigCodec.unknownValue(
                                "adaptiveWeight.mode", message.getModeValue(), "Disabled, Observe or Enforce");
                };
        return new AdaptiveWeight(mode, message.getFloor(), message.getCeiling(), message.getStep());
    }

    static io.backendpool.control.v1.WeightOverride encode(WeightOverride override) {
        io.backendpool.control.v1.WeightOverride.Builder message = io.backendpool.control.v1.WeightOverride.newBuilder()
                .setGroup(override.group())
                .setDrain(override.drain())
                .setWeight(override.weight())
                .setReason(override.reason());
        BackendKey backend = override.backend();
        if (backend != null) {
            message.setBackend(SnapshotCodec.encode(backend));
        }
        Instant until = override.until();
        if (until != null) {
            message.setUntilEpochSeconds(until.getEpochSecond()).setUntilNanos(until.getNano());
        }
        return message.build();
    }

    static WeightOverride decode(io.backendpool.control.v1.WeightOverride message) throws InvalidSnapshotException {
        return new WeightOverride(
                message.getGroup(),
                message.hasBackend() ? SnapshotCodec.decode(message.getBackend()) : null,
                message.getDrain(),
                message.getWeight(),
                message.hasUntilEpochSeconds() ? until(message) : null,
                message.getReason());
    }

    private static @Nullable Instant until(io.backendpool.control.v1.WeightOverride message)
            throws InvalidSnapshotException {
        try {
            return Instant.ofEpochSecond(message.getUntilEpochSeconds(), message.getUntilNanos());
        } catch (DateTimeException tooFar) {
            throw new InvalidSnapshotException(
                    "override.until: " + message.getUntilEpochSeconds() + " (expected: seconds since 1970)");
        }
    }
}
