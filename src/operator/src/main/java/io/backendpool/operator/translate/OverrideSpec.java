package io.backendpool.operator.translate;

import io.backendpool.api.v1alpha1.BackendPoolOverride;
import io.backendpool.api.v1alpha1.BackendPoolOverrideSpec;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.WeightOverride;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One {@code BackendPoolOverride}, as the operator works with it.
 *
 * @param pool whose it is
 * @param name of the resource, unique in the namespace
 * @param generation {@code metadata.generation}; null where there is none, as in files
 * @param created when it was made; {@link Instant#EPOCH} where nobody says
 * @param override what it says
 */
public record OverrideSpec(
        PoolId pool, String name, @Nullable Long generation, Instant created, WeightOverride override) {
    private static final String DEFAULT_NAMESPACE = "default";

    /**
     * Reads {@code bean}.
     *
     * @throws IllegalArgumentException where it is not valid after all; the message names the field
     */
    public static OverrideSpec read(BackendPoolOverride bean) {
        BackendPoolOverrideSpec spec = PoolSpecReader.required("spec", bean.getSpec());
        String group = PoolSpecReader.required("spec.group", spec.group);
        BackendKey backend = spec.address == null ? null : backend(group, spec.address);
        boolean drain = Boolean.TRUE.equals(spec.drain);
        Integer weight = backend == null ? spec.weight : spec.weightPercent;
        if (!drain && weight == null) {
            throw new IllegalArgumentException(
                    "spec: nothing to do (expected: exactly one of drain, weight and weightPercent)");
        }
        String created = bean.getMetadata().getCreationTimestamp();
        return new OverrideSpec(
                new PoolId(
                        Objects.requireNonNullElse(bean.getMetadata().getNamespace(), DEFAULT_NAMESPACE),
                        PoolSpecReader.required("spec.pool", spec.pool)),
                PoolSpecReader.required("metadata.name", bean.getMetadata().getName()),
                bean.getMetadata().getGeneration(),
                created == null ? Instant.EPOCH : time("metadata.creationTimestamp", created),
                new WeightOverride(
                        group,
                        backend,
                        drain,
                        drain ? 0 : Objects.requireNonNullElse(weight, 0),
                        spec.until == null ? null : time("spec.until", spec.until),
                        Objects.requireNonNullElse(spec.reason, "")));
    }

    private static BackendKey backend(String group, String text) {
        BackendAddress address = BackendAddress.parse("spec.address", text);
        if (address.isName()) {
            throw new IllegalArgumentException(
                    "spec.address: " + text + " (expected: IPV4:PORT or [IPV6]:PORT, as the pool's status shows it)");
        }
        return new BackendKey(group, address.host(), address.port());
    }

    private static Instant time(String field, String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException noTime) {
            throw new IllegalArgumentException(
                    field + ": " + text + " (expected: a time of RFC 3339 such as 2026-01-31T06:00:00Z)", noTime);
        }
    }
}
