package io.backendpool.pool;

/**
 * By what rule the traffic of a pool is shared at the moment.
 *
 * @param kind the rule
 * @param priority the priority that gets most of the traffic; 0 where none gets any
 * @param sentence the rule in the pool's own figures, for people
 */
public record PoolMode(Kind kind, int priority, String sentence) {

    /** The rules. */
    public enum Kind {
        /** The healthy backends of the first priority get all of it. */
        NORMAL,
        /** No backend is known to be healthy: those that no probe has answered for are tried. */
        UNPROBED,
        /** No backend is healthy: those that drain but still serve get it. */
        LAST_RESORT,
        /** The first priority has lost so many backends that a later one gets a part of it, or all. */
        FAILOVER,
        /** So few are healthy that all are tried. */
        PANIC,
        /** No backend can get any. */
        DOWN
    }
}
