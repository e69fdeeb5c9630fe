package io.backendpool.pool.pick;

import io.backendpool.pool.LoadBalancing;
import java.util.random.RandomGenerator;

/** Makes the picker of a policy. */
public final class Pickers {
    private Pickers() {}

    /**
     * Builds the picker of {@code policy}.
     *
     * @param weights one for each backend, 0 or more, the sum below 2^62; copied
     * @param random the event loop's own source of randomness; kept
     */
    public static Picker create(LoadBalancing.Policy policy, long[] weights, RandomGenerator random) {
        return switch (policy) {
            case ROUND_ROBIN -> new RoundRobinPicker(weights, random);
            case RANDOM -> new RandomPicker(weights, random);
            case LEAST_REQUEST, LEAST_CONNECTIONS, LEAST_RESPONSE_TIME, RING_HASH, MAGLEV, RENDEZVOUS ->
                throw new IllegalArgumentException(
                        "loadBalancing.policy: " + policy + " (expected: ROUND_ROBIN or RANDOM)");
        };
    }
}
