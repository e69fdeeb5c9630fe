package io.backendpool.operator.translate;

import io.backendpool.api.v1alpha1.AddressPrefix;
import io.backendpool.pool.HashKey;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.SlowStart;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads {@code spec.loadBalancing}. What it leaves out is as in the CRD's defaults. */
final class LoadBalancingReader {
    private static final String FIELD = "spec.loadBalancing";

    private LoadBalancingReader() {}

    /**
     * Reads {@code bean}.
     *
     * @throws IllegalArgumentException where it is not valid after all; the message names the field
     */
    static LoadBalancing read(io.backendpool.api.v1alpha1.@Nullable LoadBalancing bean) {
        if (bean == null) {
            return new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN);
        }
        return new LoadBalancing(
                policy(bean.policy),
                leastRequest(bean.leastRequest),
                bean.leastResponseTime == null || bean.leastResponseTime.decay == null
                        ? LoadBalancing.DEFAULT_DECAY
                        : Durations.parse(FIELD + ".leastResponseTime.decay", bean.leastResponseTime.decay),
                ringSize(bean.ringHash),
                bean.boundedLoad == null ? null : Objects.requireNonNullElse(bean.boundedLoad.factorPercent, 125),
                hash(bean.hash),
                locality(bean.locality),
                Objects.requireNonNullElse(bean.subsetSize, 0),
                Objects.requireNonNullElse(bean.panicThreshold, LoadBalancing.DEFAULT_PANIC_THRESHOLD),
                bean.slowStart == null ? null : slowStart(bean.slowStart));
    }

    private static LoadBalancing.Policy policy(io.backendpool.api.v1alpha1.LoadBalancing.@Nullable Policy bean) {
        return switch (bean) {
            case null -> LoadBalancing.Policy.ROUND_ROBIN;
            case RoundRobin -> LoadBalancing.Policy.ROUND_ROBIN;
            case Random -> LoadBalancing.Policy.RANDOM;
            case LeastRequest -> LoadBalancing.Policy.LEAST_REQUEST;
            case LeastConnections -> LoadBalancing.Policy.LEAST_CONNECTIONS;
            case LeastResponseTime -> LoadBalancing.Policy.LEAST_RESPONSE_TIME;
            case RingHash -> LoadBalancing.Policy.RING_HASH;
            case Maglev -> LoadBalancing.Policy.MAGLEV;
            case Rendezvous -> LoadBalancing.Policy.RENDEZVOUS;
        };
    }

    private static LoadBalancing.LeastRequest leastRequest(
            io.backendpool.api.v1alpha1.LoadBalancing.@Nullable LeastRequest bean) {
        LoadBalancing.LeastRequest usual = LoadBalancing.LeastRequest.DEFAULT;
        return bean == null
                ? usual
                : new LoadBalancing.LeastRequest(
                        Objects.requireNonNullElse(bean.choices, usual.choices()), Boolean.TRUE.equals(bean.fullScan));
    }

    private static LoadBalancing.RingSize ringSize(io.backendpool.api.v1alpha1.LoadBalancing.@Nullable RingHash bean) {
        LoadBalancing.RingSize usual = LoadBalancing.RingSize.DEFAULT;
        return bean == null
                ? usual
                : new LoadBalancing.RingSize(
                        Objects.requireNonNullElse(bean.minimumSize, usual.minimum()),
                        Objects.requireNonNullElse(bean.maximumSize, usual.maximum()));
    }

    private static List<HashKey> hash(@Nullable List<io.backendpool.api.v1alpha1.HashKey> beans) {
        List<HashKey> keys = new ArrayList<>();
        for (int i = 0; beans != null && i < beans.size(); i++) {
            keys.add(key(FIELD + ".hash[" + i + "]", beans.get(i)));
        }
        return keys;
    }

    private static HashKey key(String field, io.backendpool.api.v1alpha1.HashKey bean) {
        if (bean.header != null) {
            return new HashKey.Header(bean.header);
        }
        if (bean.cookie != null) {
            return new HashKey.Cookie(bean.cookie);
        }
        if (bean.queryParameter != null) {
            return new HashKey.QueryParameter(bean.queryParameter);
        }
        if (bean.path != null) {
            return new HashKey.Path();
        }
        if (bean.serverName != null) {
            return new HashKey.ServerName();
        }
        AddressPrefix prefix = PoolSpecReader.required(field, bean.clientIP);
        return new HashKey.ClientIp(
                Objects.requireNonNullElse(prefix.prefixV4, HashKey.ClientIp.WHOLE.prefixV4()),
                Objects.requireNonNullElse(prefix.prefixV6, HashKey.ClientIp.WHOLE.prefixV6()));
    }

    private static LoadBalancing.Locality locality(io.backendpool.api.v1alpha1.LoadBalancing.@Nullable Locality bean) {
        LoadBalancing.Locality usual = LoadBalancing.Locality.OFF;
        if (bean == null) {
            return usual;
        }
        LoadBalancing.Locality.Mode mode =
                switch (bean.mode) {
                    case null -> usual.mode();
                    case Disabled -> LoadBalancing.Locality.Mode.OFF;
                    case Prefer -> LoadBalancing.Locality.Mode.PREFER;
                };
        return new LoadBalancing.Locality(
                mode, Objects.requireNonNullElse(bean.minHealthyShare, usual.minHealthyShare()));
    }

    private static SlowStart slowStart(io.backendpool.api.v1alpha1.LoadBalancing.SlowStart bean) {
        return new SlowStart(
                Durations.parse(FIELD + ".slowStart.window", Objects.requireNonNullElse(bean.window, "30s")),
                bean.aggression == null
                        ? SlowStart.DEFAULT_AGGRESSION
                        : number(FIELD + ".slowStart.aggression", bean.aggression),
                Objects.requireNonNullElse(bean.minimumPercent, SlowStart.DEFAULT_MINIMUM_PERCENT));
    }

    /** A decimal that travels as text, for a CRD has no exact fractions. */
    static double number(String field, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException noNumber) {
            throw new IllegalArgumentException(field + ": " + text + " (expected: a number of 0.1 to 10)", noNumber);
        }
    }
}
