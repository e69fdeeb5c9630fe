package io.backendpool.proxy.upstream;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.health.EffectiveWeights;
import io.backendpool.pool.pick.PickPlan;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which groups take a connection by the server name that its client asks for: those that name it, else those with the
 * longest wildcard that covers it, else those that name none. For one live pool; built with it, off the event loops.
 * Immutable; any thread.
 */
final class ServerNameRoutes {
    private static final String WILDCARD = "*.";

    /**
     * Some groups, and how to choose among their backends.
     *
     * @param weights in the order of the snapshot's backends; not to be changed
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
    record Route(Set<String> groups, long[] weights, PickPlan plan) {}

    private final Map<String, Route> exact = new HashMap<>();
    /** By what follows the star: {@code .example.com}. */
    private final Map<String, Route> wildcards = new HashMap<>();

    private final @Nullable Route rest;

    private ServerNameRoutes(PoolSnapshot snapshot, EffectiveWeights weights) {
        Map<String, Set<String>> groupsOf = new HashMap<>();
        Set<String> nameless = new HashSet<>();
        for (BackendGroup group : snapshot.groups()) {
            if (group.serverNames().isEmpty()) {
                nameless.add(group.name());
            }
            group.serverNames().forEach(name -> groupsOf.computeIfAbsent(name, unused -> new HashSet<>())
                    .add(group.name()));
        }
        // Names that lead to the same groups share a plan, so that the shares of the groups hold over all of them.
        Map<Set<String>, Route> shared = new HashMap<>();
        groupsOf.forEach((name, groups) -> {
            Route route = shared.computeIfAbsent(groups, unused -> route(snapshot, weights, groups));
            if (name.startsWith(WILDCARD)) {
                wildcards.put(name.substring(1), route);
            } else {
                exact.put(name, route);
            }
        });
        rest = nameless.isEmpty()
                ? null
                : shared.computeIfAbsent(nameless, unused -> route(snapshot, weights, nameless));
    }

    /** Null where no group names any: then all take all. */
    static @Nullable ServerNameRoutes of(PoolSnapshot snapshot, EffectiveWeights weights) {
        boolean named = snapshot.groups().stream()
                .anyMatch(group -> !group.serverNames().isEmpty());
        return named ? new ServerNameRoutes(snapshot, weights) : null;
    }

    private static Route route(PoolSnapshot snapshot, EffectiveWeights weights, Set<String> groups) {
        long[] among = weights.among(groups::contains).picking();
        return new Route(groups, among, LivePool.plan(snapshot, among));
    }

    /** The groups for {@code serverName}, lower case or null; null: no group takes it. */
    @Nullable
    Route find(@Nullable String serverName) {
        if (serverName == null) {
            return rest;
        }
        Route named = exact.get(serverName);
        // From the left, so the longest comes first.
        for (int dot = serverName.indexOf('.'); named == null && dot >= 0; dot = serverName.indexOf('.', dot + 1)) {
            named = wildcards.get(serverName.substring(dot));
        }
        return named == null ? rest : named;
    }
}
