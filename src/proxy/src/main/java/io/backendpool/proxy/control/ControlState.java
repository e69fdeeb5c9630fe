package io.backendpool.proxy.control;

import io.backendpool.control.Revision;
import io.backendpool.control.Seat;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How the control channel stands at one moment.
 *
 * @param connected the operator has accepted this proxy's stream, which is open
 * @param stale the live pool comes from the last known good copy and the operator has not confirmed it yet
 * @param since when {@code connected} last changed
 * @param error why the last dial failed or the last stream ended, one sentence; null: none failed since the last success
 * @param applied the live revision; null: none
 * @param seat that the operator dealt this proxy last; null: none yet, it goes by its name
 */
public record ControlState(
        boolean connected,
        boolean stale,
        Instant since,
        @Nullable String error,
        @Nullable Revision applied,
        @Nullable Seat seat) {}
