package io.backendpool.pool;

/**
 * How a backend is chosen for a request.
 *
 * @param policy the rule
 */
public record LoadBalancing(Policy policy) {

    /** The rules to choose by. */
    public enum Policy {
        /** Smooth weighted round robin: in turn, heavier backends more often, evenly interleaved. */
        ROUND_ROBIN,
        /** Independent weighted random choice. */
        RANDOM
    }
}
