package io.backendpool.control;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthState;
import java.time.Instant;

/**
 * What one proxy says of one backend.
 *
 * @param key which backend
 * @param state its health in this proxy's opinion
 * @param reason why, for people
 * @param since when the state was entered
 * @param effectiveWeight its part of its group's weight, after health; 0: gets no traffic
 * @param inFlight requests under way to it
 * @param windowRequests requests sent to it in the last {@link Traffic#windowMillis}
 */
public record BackendStatus(
        BackendKey key,
        HealthState state,
        String reason,
        Instant since,
        double effectiveWeight,
        int inFlight,
        long windowRequests) {}
