package io.backendpool.pool.simulation;

import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.LoadBalancing.LeastRequest;
import io.backendpool.pool.LoadBalancing.Policy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints the tables of docs/balancing-simulation.md. */
final class SimulationReport {
    static final long SEED = 20_261_126;

    private SimulationReport() {}

    static final Map<String, Simulation.Balancers> BALANCERS = new LinkedHashMap<>();

    static {
        BALANCERS.put("RoundRobin", own(new LoadBalancing(Policy.ROUND_ROBIN)));
        BALANCERS.put("Random", own(new LoadBalancing(Policy.RANDOM)));
        BALANCERS.put("Envoy, equal weights: two choices", EnvoyLeastRequest.Pair::new);
        BALANCERS.put("Envoy, weights: EDF by weight / (active + 1)", EnvoyLeastRequest.Weighted::new);
        BALANCERS.put("LeastRequest", own(new LoadBalancing(Policy.LEAST_REQUEST)));
        BALANCERS.put("LeastRequest, FullScan", own(leastRequest(new LeastRequest(2, true))));
        BALANCERS.put("LeastResponseTime", own(new LoadBalancing(Policy.LEAST_RESPONSE_TIME)));
    }

    static List<Scenario> scenarios() {
        return List.of(
                Scenario.ofTen("all ten alike", 1, 0, 0),
                Scenario.ofTen("one twice as slow", 2, 0, 60),
                Scenario.ofTen("one ten times as slow", 10, 0, 60),
                Scenario.ofTen("one ten times as slow from second 20 to 30", 10, 20, 30));
    }

    public static void main(String[] arguments) {
        for (Scenario scenario : scenarios()) {
            for (int loops : new int[] {1, 8}) {
                System.out.printf("%n## %s, %d event loop%s%n%n", scenario.name(), loops, loops == 1 ? "" : "s");
                System.out.println(
                        "| policy | p50 ms | p99 ms | p99.9 ms | requests to the slow one, of an even share |");
                System.out.println("|---|---|---|---|---|");
                BALANCERS.forEach((name, balancers) -> {
                    Simulation.Result result = Simulation.run(scenario, loops, balancers, SEED);
                    System.out.printf(
                            "| %s | %.1f | %.1f | %.1f | %.2f |%n",
                            name, result.millis(0.5), result.millis(0.99), result.millis(0.999), result.slowShare());
                });
            }
        }
    }

    static Simulation.Balancers own(LoadBalancing settings) {
        return (backends, random) -> new OwnBalancer(settings, backends, random);
    }

    private static LoadBalancing leastRequest(LeastRequest compared) {
        LoadBalancing usual = new LoadBalancing(Policy.LEAST_REQUEST);
        return new LoadBalancing(
                usual.policy(),
                compared,
                usual.decay(),
                usual.ringSize(),
                null,
                usual.hash(),
                usual.locality(),
                usual.subsetSize(),
                usual.panicThreshold(),
                null);
    }
}
