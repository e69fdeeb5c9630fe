package io.backendpool.proxy.traffic;

/**
 * Requests by the class of their final status.
 *
 * @param unanswered ended without a final response: the client or the backend was gone
 * @param switched 1xx as a final status (101)
 */
public record StatusCounts(
        long unanswered, long switched, long success, long redirect, long clientError, long serverError) {
    static StatusCounts of(long[] counts) {
        return new StatusCounts(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]);
    }

    public long total() {
        return unanswered + switched + success + redirect + clientError + serverError;
    }
}
