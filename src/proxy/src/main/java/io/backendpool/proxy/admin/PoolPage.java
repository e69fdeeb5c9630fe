package io.backendpool.proxy.admin;

import io.backendpool.control.BackendStatus;
import io.backendpool.control.Seat;
import io.backendpool.control.Traffic;
import io.backendpool.pool.Backend;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.PoolMode;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.health.AgentState;
import io.backendpool.proxy.upstream.LivePool;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The live pool as JSON, in the words of the resource's status. Pure. */
final class PoolPage {
    private PoolPage() {}

    static String of(ProxyView view) {
        JsonObject page = new JsonObject()
                .put("pool", view.identity().pool().toString())
                .put("proxy", view.identity().proxy())
                .put("version", view.identity().version())
                .put("started", view.identity().started().toString())
                .put("transport", view.identity().transport())
                .put("tls", view.identity().tls())
                .put("eventLoops", view.identity().eventLoops())
                .put("ready", view.notReady() == null)
                .put("notReady", view.notReady())
                .put("control", control(view))
                .put("seat", seat(view.control().seat()));
        LivePool live = view.live();
        if (live != null) {
            page.put("revision", revision(live))
                    .put("stale", live.stale())
                    .put("listeners", listeners(live.pool().snapshot()))
                    .put(
                            "loadBalancing",
                            live.pool().snapshot().loadBalancing().policy().name())
                    .put("mode", mode(view.status().mode()))
                    .put("notes", new JsonArray(view.status().notes()))
                    .put("groups", groups(live.pool().snapshot()))
                    .put(
                            "backends",
                            backends(live.pool().snapshot(), view.status().backends(), view.agents()));
        }
        return page.put("traffic", traffic(view.status().traffic())).encodePrettily() + "\n";
    }

    private static JsonObject control(ProxyView view) {
        return new JsonObject()
                .put("connected", view.control().connected())
                .put("since", view.control().since().toString())
                .put("error", view.control().error());
    }

    /** Null: none was dealt yet. */
    private static @Nullable JsonObject seat(@Nullable Seat seat) {
        return seat == null ? null : new JsonObject().put("index", seat.index()).put("count", seat.count());
    }

    private static JsonObject revision(LivePool live) {
        return new JsonObject()
                .put("number", live.pool().revision().number())
                .put("digest", live.pool().revision().digest());
    }

    private static @Nullable JsonObject mode(@Nullable PoolMode mode) {
        return mode == null
                ? null
                : new JsonObject()
                        .put("kind", word(mode.kind()))
                        .put("priority", mode.priority())
                        .put("sentence", mode.sentence());
    }

    private static JsonArray listeners(PoolSnapshot snapshot) {
        JsonArray listeners = new JsonArray();
        snapshot.listeners()
                .forEach(listener -> listeners.add(new JsonObject()
                        .put("name", listener.name())
                        .put("port", listener.port())
                        .put("protocol", listener.protocol().name())));
        return listeners;
    }

    private static JsonArray groups(PoolSnapshot snapshot) {
        JsonArray groups = new JsonArray();
        snapshot.groups()
                .forEach(group ->
                        groups.add(new JsonObject().put("name", group.name()).put("weight", group.weight())));
        return groups;
    }

    private static JsonArray backends(PoolSnapshot snapshot, List<BackendStatus> statuses, List<AgentState> agents) {
        JsonArray backends = new JsonArray();
        for (int i = 0; i < statuses.size(); i++) {
            Backend backend = snapshot.backends().get(i);
            BackendStatus status = statuses.get(i);
            JsonObject line = new JsonObject()
                    .put("group", backend.key().group())
                    .put("address", backend.key().address())
                    .put("origin", backend.origin())
                    .put("health", word(status.state()))
                    .put("reason", status.reason())
                    .put("since", status.since().toString())
                    .put("effectiveWeight", status.effectiveWeight())
                    .put("inFlight", status.inFlight())
                    .put("windowRequests", status.windowRequests())
                    .put("minuteRequests", status.minuteRequests());
            if (!status.adaptation().isEmpty()) {
                line.put("adaptation", status.adaptation());
            }
            if (status.starting()) {
                line.put("starting", true);
            }
            if (i < agents.size()) {
                line.put("agent", agent(agents.get(i)));
            }
            backends.add(line);
        }
        return backends;
    }

    private static JsonObject agent(AgentState agent) {
        return new JsonObject()
                .put("says", AgentMetrics.word(agent))
                .put("weightPercent", agent.weightPercent())
                .put("down", agent.down())
                .put("complaint", agent.complaint());
    }

    private static JsonObject traffic(Traffic traffic) {
        return new JsonObject()
                .put("windowMillis", traffic.windowMillis())
                .put("windowRequests", traffic.windowRequests())
                .put("windowErrors", traffic.windowErrors())
                .put("p99Millis", traffic.p99Millis())
                .put("totalRequests", traffic.totalRequests())
                .put("clientConnections", traffic.clientConnections());
    }

    private static String word(PoolMode.Kind kind) {
        return switch (kind) {
            case NORMAL -> "Normal";
            case UNPROBED -> "Unprobed";
            case LAST_RESORT -> "LastResort";
            case FAILOVER -> "Failover";
            case PANIC -> "Panic";
            case DOWN -> "Down";
        };
    }

    private static String word(HealthState state) {
        return switch (state) {
            case UNHEALTHY -> "Unhealthy";
            case EJECTED -> "Ejected";
            case UNKNOWN -> "Unknown";
            case WARMING -> "Warming";
            case DRAINING -> "Draining";
            case HEALTHY -> "Healthy";
        };
    }
}
