package io.backendpool.pool;

/**
 * Backends that are one thing to the user: a Service, a version, a site. The weight belongs to the group and is shared
 * out among its eligible backends, so that 90/10 stays 90/10 whatever the number of backends.
 *
 * @param name unique in the pool
 * @param weight 0 to 1,000,000; 0 gets no traffic
 */
public record BackendGroup(String name, int weight) {
    public static final int MAX_WEIGHT = 1_000_000;
    public static final int MAX_PER_POOL = 64;

    public BackendGroup {
        Require.notEmpty("backends[].name", name);
        Require.inRange("backends[" + name + "].weight", weight, 0, MAX_WEIGHT);
    }
}
