package io.backendpool.operator.console;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolOverride;
import io.backendpool.pool.GatewayDuration;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An override that somebody asks for.
 *
 * @param namespace of the pool and of the override
 * @param pool its name
 * @param target what it is about
 * @param weight of a group its weight, of a backend a percentage of its share; null: to drain it
 * @param until when it ends; null: when it is taken back
 * @param reason for people; empty: none given
 */
public record OverrideRequest(
        String namespace,
        String pool,
        OverrideTarget target,
        @Nullable Integer weight,
        @Nullable Instant until,
        String reason) {
    private static final int MOST_WEIGHT = 1_000_000;
    private static final int MOST_PERCENT = 100;
    private static final int LONGEST_REASON = 256;

    public OverrideRequest {
        int most = target.address() == null ? MOST_WEIGHT : MOST_PERCENT;
        if (weight != null && (weight < 0 || weight > most)) {
            throw new IllegalArgumentException("weight: %d (expected: 0 to %,d, %s)"
                    .formatted(
                            weight,
                            most,
                            target.address() == null ? "for a group" : "in percent of a backend's share"));
        }
        if (reason.length() > LONGEST_REASON) {
            throw new IllegalArgumentException(
                    "--reason: %d characters (expected: up to %d)".formatted(reason.length(), LONGEST_REASON));
        }
    }

    /** One for {@code pool}. */
    public static OverrideRequest of(
            BackendPool pool, OverrideTarget target, @Nullable Integer weight, @Nullable Instant until, String reason) {
        return new OverrideRequest(
                pool.getMetadata().getNamespace(), pool.getMetadata().getName(), target, weight, until, reason);
    }

    /**
     * When {@code text} is: a duration from {@code now} on, or a time of RFC 3339. In whole seconds.
     *
     * @throws IllegalArgumentException it is neither, or is over; the message is for people
     */
    public static Instant until(String text, Instant now) {
        Instant until;
        Duration duration = GatewayDuration.parse(text);
        if (duration != null) {
            until = now.plus(duration);
        } else {
            try {
                until = OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeException neither) {
                throw new IllegalArgumentException(
                        "--until: %s (expected: a duration such as 30m or 2h, or a time such as 2026-01-31T06:00:00Z)"
                                .formatted(text),
                        neither);
            }
        }
        if (!until.isAfter(now)) {
            throw new IllegalArgumentException("--until: %s (expected: a time after now, %s)"
                    .formatted(text, now.truncatedTo(ChronoUnit.SECONDS)));
        }
        return until.truncatedTo(ChronoUnit.SECONDS);
    }

    /** The name of its resource: always the same for the same target, so that a later word replaces the former. */
    public String name() {
        String text = pool + "-" + target.group();
        if (target.address() == null) {
            return text;
        }
        String readable = target.address().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String shortened =
                readable.substring(0, Math.min(readable.length(), 60)).replaceAll("^-|-$", "");
        // Two addresses may read the same.
        return text + "-" + shortened + "-"
                + Integer.toHexString(target.address().hashCode());
    }

    /** The resource, without what is absent. */
    public Map<String, Object> document() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("namespace", namespace);
        metadata.put("name", name());
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("pool", pool);
        spec.put("group", target.group());
        if (target.address() != null) {
            spec.put("address", target.address());
        }
        if (weight == null) {
            spec.put("drain", true);
        } else {
            spec.put(target.address() == null ? "weight" : "weightPercent", weight);
        }
        if (until != null) {
            spec.put("until", until.toString());
        }
        if (!reason.isEmpty()) {
            spec.put("reason", reason);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", HasMetadata.getApiVersion(BackendPoolOverride.class));
        document.put("kind", HasMetadata.getKind(BackendPoolOverride.class));
        document.put("metadata", metadata);
        document.put("spec", spec);
        return document;
    }

    /** What is asked for, in one sentence. */
    @Override
    public String toString() {
        String what =
                weight == null ? "drained" : target.address() == null ? "weight " + weight : weight + " % of its share";
        return "%s/%s: %s %s%s".formatted(namespace, pool, target, what, until == null ? "" : " until " + until);
    }
}
