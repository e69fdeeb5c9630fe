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
 * @param minuteRequests requests sent to it in the last minute
 * @param adaptation how its weight is adapted to what it does and why, for people; empty: it is not
 * @param starting the platform has not called it ready yet, as far as this proxy knows: that it gets no traffic is no
 *     failure
 */
public record BackendStatus(
        BackendKey key,
        HealthState state,
        String reason,
        Instant since,
        double effectiveWeight,
        int inFlight,
        long windowRequests,
        long minuteRequests,
        String adaptation,
        boolean starting) {

    /** One whose weight is not adapted, and that has begun to serve. */
    public BackendStatus(
            BackendKey key,
            HealthState state,
            String reason,
            Instant since,
            double effectiveWeight,
            int inFlight,
            long windowRequests) {
        this(key, state, reason, since, effectiveWeight, inFlight, windowRequests, windowRequests, "", false);
    }
}
