package io.backendpool.proxy.upstream;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.pick.PickPlan;
import io.backendpool.pool.pick.Picker;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which groups take a connection by the server name that its client asks for: those that name it, else those with the
 * longest wildcard that covers it, else those that name none. For one live pool. Event loop only.
 */
final class ServerNameRoutes {
    private static final String WILDCARD = "*.";

    private final LivePool pool;
    private final Function<PickPlan, Picker> pickers;
    private final Map<String, Route> exact = new HashMap<>();
    /** By what follows the star: {@code .example.com}. */
    private final Map<String, Route> wildcards = new HashMap<>();

    private final @Nullable Route rest;

    ServerNameRoutes(LivePool pool, Function<PickPlan, Picker> pickers) {
        this.pool = pool;
        this.pickers = pickers;
        Map<String, Set<String>> groupsOf = new HashMap<>();
        Set<String> nameless = new HashSet<>();
        for (BackendGroup group : pool.pool().snapshot().groups()) {
            if (group.serverNames().isEmpty()) {
                nameless.add(group.name());
            }
            group.serverNames().forEach(name -> groupsOf.computeIfAbsent(name, unused -> new HashSet<>())
                    .add(group.name()));
        }
        // Names that lead to the same groups share a picker, so that the shares of the groups hold over all of them.
        Map<Set<String>, Route> shared = new HashMap<>();
        groupsOf.forEach((name, groups) -> {
            Route route = shared.computeIfAbsent(groups, Route::new);
            if (name.startsWith(WILDCARD)) {
                wildcards.put(name.substring(1), route);
            } else {
                exact.put(name, route);
            }
        });
        rest = nameless.isEmpty() ? null : shared.computeIfAbsent(nameless, Route::new);
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

    /** Some groups, and their backends' weights among them; computed when first asked for. */
    final class Route {
        private final Set<String> groups;
        private long @Nullable [] weights;
        private @Nullable Picker picker;

        private Route(Set<String> groups) {
            this.groups = groups;
        }

        boolean takes(String group) {
            return groups.contains(group);
        }

        /** In the order of the snapshot's backends. */
        long[] weights() {
            long[] known = weights;
            if (known == null) {
                known = pool.weights().among(groups::contains).picking();
                weights = known;
            }
            return known;
        }

        Picker picker() {
            Picker known = picker;
            if (known == null) {
                known = pickers.apply(LivePool.plan(pool.pool().snapshot(), weights()));
                picker = known;
            }
            return known;
        }
    }
}
