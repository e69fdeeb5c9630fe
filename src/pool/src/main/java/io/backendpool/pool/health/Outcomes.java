package io.backendpool.pool.health;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What became of the requests that one event loop sent to one backend. Counters only ever grow; who wants the figures of
 * an interval subtracts two {@link Tally tallies}. Survives all rebuilds of the pool, keyed by backend.
 *
 * <p>Thread: the methods that count are for the event loop alone, allocate nothing and cost a few plain writes; {@link
 * #tally} is for any thread, without a lock. What it reads may be one request behind, never torn.
 */
public final class Outcomes {
    private static final VarHandle REQUESTS;
    private static final VarHandle LATENCY;
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            REQUESTS = lookup.findVarHandle(Outcomes.class, "requests", long.class);
            LATENCY = lookup.findVarHandle(Outcomes.class, "latencyNanos", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final FailureRuns runs;
    private final long[] failures = new long[FailureKind.COUNT];
    private long latencyNanos;
    private long requests;

    /**
     * Nothing counted yet.
     *
     * @param runs the backend's, shared by all loops
     */
    public Outcomes(FailureRuns runs) {
        this.runs = runs;
    }

    /**
     * A response head came.
     *
     * @param status 100 to 599, the final one
     * @param latencyNanos from the request's first byte sent to the response's head
     * @return the run that has just reached its limit, to be told to the health thread; null: none
     */
    public @Nullable FailureKind answered(int status, long latencyNanos) {
        if (status >= 500) {
            return serverError(status);
        }
        succeeded(latencyNanos);
        return null;
    }

    /**
     * A success of what has no status: a connection was made and ended in good order, a datagram was answered.
     *
     * @param nanos until the connection was there, or the answer
     */
    public void succeeded(long nanos) {
        LATENCY.setOpaque(this, latencyNanos + nanos);
        REQUESTS.setRelease(this, requests + 1);
        runs.endAll();
    }

    private @Nullable FailureKind serverError(int status) {
        boolean gateway = status >= 502 && status <= 504;
        count(FailureKind.SERVER_ERROR);
        if (gateway) {
            count(FailureKind.GATEWAY_ERROR);
        }
        REQUESTS.setRelease(this, requests + 1);
        // It was reached and it answered, in time and whole.
        runs.end(FailureKind.LOCAL_ORIGIN);
        runs.end(FailureKind.TIMEOUT);
        runs.end(FailureKind.RESET);
        boolean tooMany = runs.failed(FailureKind.SERVER_ERROR);
        boolean tooManyOfGateways = false;
        if (gateway) {
            tooManyOfGateways = runs.failed(FailureKind.GATEWAY_ERROR);
        } else {
            runs.end(FailureKind.GATEWAY_ERROR);
        }
        if (tooMany) {
            return FailureKind.SERVER_ERROR;
        }
        return tooManyOfGateways ? FailureKind.GATEWAY_ERROR : null;
    }

    /**
     * No response came.
     *
     * @param kind {@code LOCAL_ORIGIN}, {@code TIMEOUT} or {@code RESET}
     * @return as for {@link #answered}
     */
    public @Nullable FailureKind failed(FailureKind kind) {
        count(kind);
        REQUESTS.setRelease(this, requests + 1);
        if (kind != FailureKind.LOCAL_ORIGIN) {
            runs.end(FailureKind.LOCAL_ORIGIN);
        }
        return runs.failed(kind) ? kind : null;
    }

    private void count(FailureKind kind) {
        int index = kind.index();
        LONGS.setOpaque(failures, index, failures[index] + 1);
    }

    /** All since the beginning. Any thread. */
    public Tally tally() {
        long all = (long) REQUESTS.getAcquire(this);
        return new Tally(
                all,
                failures(FailureKind.SERVER_ERROR),
                failures(FailureKind.GATEWAY_ERROR),
                failures(FailureKind.LOCAL_ORIGIN),
                failures(FailureKind.TIMEOUT),
                failures(FailureKind.RESET),
                (long) LATENCY.getOpaque(this));
    }

    private long failures(FailureKind kind) {
        return (long) LONGS.getOpaque(failures, kind.index());
    }
}
