package io.backendpool.operator.standalone;

import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.api.v1alpha1.BackendState;
import io.backendpool.operator.pools.StatusSink;
import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The live view where the output is no terminal: one line for each change of a status. Confined to the keeper's thread.
 */
final class StatusLines implements StatusSink {
    private final Consumer<String> out;
    private final Map<PoolId, Map<String, String>> shown = new HashMap<>();

    /** {@code out} gets each line. */
    StatusLines(Consumer<String> out) {
        this.out = out;
    }

    @Override
    public void write(PoolId pool, BackendPoolStatus status) {
        Map<String, String> lines = new HashMap<>();
        Map<String, String> before = shown.getOrDefault(pool, Map.of());
        say(pool, "", poolLine(status), before, lines);
        List<BackendState> backends = Objects.requireNonNullElse(status.backends, List.of());
        for (BackendState backend : backends) {
            say(pool, " backend=" + backend.group + "/" + backend.address, backendLine(backend), before, lines);
        }
        List<Condition> conditions = Objects.requireNonNullElse(status.conditions, List.of());
        for (Condition condition : conditions) {
            String text = condition.getStatus() + " " + condition.getReason() + ": " + condition.getMessage();
            say(pool, " " + condition.getType(), " " + text, before, lines);
        }
        before.keySet().stream()
                .filter(key -> key.startsWith(" backend=") && !lines.containsKey(key))
                .sorted()
                .forEach(key -> out.accept("pool=" + pool + key + " gone"));
        shown.put(pool, lines);
    }

    private void say(PoolId pool, String key, String text, Map<String, String> before, Map<String, String> lines) {
        lines.put(key, text);
        if (!text.equals(before.get(key))) {
            out.accept("pool=" + pool + key + text);
        }
    }

    private static String poolLine(BackendPoolStatus status) {
        StringBuilder line = new StringBuilder(" revision=" + status.revision);
        if (status.summary != null) {
            line.append(" healthy=").append(status.summary.ratio);
        }
        if (status.proxies != null) {
            line.append(" ready=").append(status.proxies.readyRatio);
            line.append(" synced=").append(status.proxies.syncedRatio);
        }
        if (status.traffic != null) {
            line.append(" requests/s=").append(status.traffic.requestsPerSecond);
            line.append(" p99=").append(orDash(status.traffic.p99));
        }
        return line.toString();
    }

    private static String backendLine(BackendState backend) {
        return " %s weight=%s share=%s reason=\"%s\""
                .formatted(backend.health, backend.effectiveWeight, orDash(backend.trafficShare), backend.reason);
    }

    private static String orDash(@Nullable String text) {
        return text == null ? "-" : text;
    }

    @Override
    public void forget(PoolId pool) {
        if (shown.remove(pool) != null) {
            out.accept("pool=" + pool + " gone");
        }
    }
}
