package io.backendpool.pool.health;

import io.backendpool.pool.HealthState;

/** What a backend may be used for, best first. */
enum Use {
    /** Its share of the traffic. */
    FULL,
    /** Traffic where no backend of the pool can have its share: it may well be healthy, but no probe has said so. */
    UNPROBED,
    /** Traffic where there are none of these either: it is about to go, and serves until then. */
    LAST_RESORT,
    /** A try where so many fail that health is not believed any more. */
    PANIC_ONLY,
    /** Nothing: a person or its agent took it out, or it has not begun or has ended to serve. */
    NEVER;

    /** As far as the state says it. */
    static Use of(HealthState state) {
        return switch (state) {
            case HEALTHY, WARMING -> FULL;
            case UNKNOWN -> UNPROBED;
            case DRAINING -> LAST_RESORT;
            case UNHEALTHY, EJECTED -> PANIC_ONLY;
        };
    }
}
