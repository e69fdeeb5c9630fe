package io.backendpool.proxy.admin;

import io.backendpool.control.BackendStatus;
import io.backendpool.pool.health.AgentState;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What the backends' agents say. Counts a group, and each backend's percent in pools that are not too large for that. */
final class AgentMetrics {
    private static final List<String> WORDS = List.of("ready", "drain", "maint", "down");

    private AgentMetrics() {}

    static void write(MetricsText text, ProxyView view) {
        text.counter("backendpool_agent_checks_total", "Questions to agents, by what came of them.")
                .sample(view.probes().understood(), "result", "understood")
                .sample(view.probes().rubbish(), "result", "rubbish")
                .sample(view.probes().silent(), "result", "silent");
        List<AgentState> agents = view.agents();
        List<BackendStatus> backends = view.status().backends();
        if (agents.isEmpty() || agents.size() != backends.size()) {
            return;
        }
        Map<String, Map<String, Integer>> wanted = new TreeMap<>();
        Map<String, Integer> doubtful = new TreeMap<>();
        for (int i = 0; i < agents.size(); i++) {
            String group = backends.get(i).key().group();
            wanted.computeIfAbsent(group, first -> new HashMap<>()).merge(word(agents.get(i)), 1, Integer::sum);
            doubtful.merge(group, agents.get(i).complaint() == null ? 0 : 1, Integer::sum);
        }
        text.gauge("backendpool_backends_by_agent", "Backends by what their agents said last.");
        wanted.forEach((group, counts) ->
                WORDS.forEach(word -> text.sample(counts.getOrDefault(word, 0), "group", group, "says", word)));
        text.gauge("backendpool_agents_in_doubt", "Agents that were silent or not understood when last asked.");
        doubtful.forEach((group, count) -> text.sample(count, "group", group));
        if (agents.size() <= BackendMetrics.MAX_BACKENDS) {
            text.gauge("backendpool_backend_agent_weight_percent", "Of its share, by its agent.");
            for (int i = 0; i < agents.size(); i++) {
                BackendStatus backend = backends.get(i);
                text.sample(
                        agents.get(i).weightPercent(),
                        "group",
                        backend.key().group(),
                        "backend",
                        backend.key().address());
            }
        }
    }

    /** The strongest of what an agent wants. */
    static String word(AgentState agent) {
        return agent.down() == null ? agent.admin().name().toLowerCase(Locale.ROOT) : "down";
    }
}
