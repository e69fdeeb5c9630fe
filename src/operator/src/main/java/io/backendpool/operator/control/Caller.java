package io.backendpool.operator.control;

import io.backendpool.control.Revision;
import io.backendpool.control.Seat;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who said Hello.
 *
 * @param proxy its name
 * @param version of its software
 * @param zone that it runs in; empty: unknown
 * @param applied what it runs; null: nothing yet
 * @param seat that it was dealt last; null: none yet
 * @param at when
 */
record Caller(
        String proxy,
        String version,
        String zone,
        @Nullable Revision applied,
        @Nullable Seat seat,
        Instant at) {}
