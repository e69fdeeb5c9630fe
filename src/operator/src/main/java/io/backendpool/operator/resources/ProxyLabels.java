package io.backendpool.operator.resources;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.pool.PoolId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The labels by which a pool's objects are found. */
public final class ProxyLabels {
    /** Which pool an object belongs to. */
    public static final String POOL = "backendpool.io/pool";

    static final String NAME = "app.kubernetes.io/name";
    static final String PROXY = "backendpool-proxy";
    static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    static final String OPERATOR = "backendpool-operator";

    /** All objects that this operator owns, as a label selector: what its informers watch. */
    public static final String OWNED = MANAGED_BY + "=" + OPERATOR + "," + POOL;

    private ProxyLabels() {}

    /** What selects the pods of {@code pool}. A Deployment's selector can never change, so neither can this. */
    public static Map<String, String> selector(BackendPool pool) {
        return selector(pool.getMetadata().getName());
    }

    private static Map<String, String> selector(String pool) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put(NAME, PROXY);
        labels.put(POOL, ProxyNames.shortened(pool));
        return labels;
    }

    /** The same as autoscalers read it in the status: {@code key=value,key=value}. */
    public static String selector(PoolId pool) {
        return selector(pool.name()).entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(","));
    }

    /** What every object of {@code pool} carries. */
    static Map<String, String> of(BackendPool pool) {
        Map<String, String> labels = selector(pool);
        labels.put(
                "app.kubernetes.io/instance",
                ProxyNames.shortened(pool.getMetadata().getName()));
        labels.put("app.kubernetes.io/component", "proxy");
        labels.put("app.kubernetes.io/part-of", "backendpool");
        labels.put(MANAGED_BY, OPERATOR);
        return labels;
    }

    /** The same with the user's own below: a key of the operator's is the operator's. */
    static Map<String, String> of(BackendPool pool, @Nullable Map<String, String> users) {
        Map<String, String> labels = new LinkedHashMap<>(Objects.requireNonNullElse(users, Map.of()));
        labels.putAll(of(pool));
        return labels;
    }
}
