package io.backendpool.proxy.control;

import io.backendpool.control.ProxyStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Seat;
import java.util.concurrent.CompletionStage;

/** The data plane as the control client sees it: something that can take a pool and tell how it fares. */
public interface DataPlane {
    /** The outcome of {@link #apply}. An expected failure is a value. */
    sealed interface ApplyResult {}

    /** Live on every event loop, listeners bound. */
    record Applied() implements ApplyResult {}

    /**
     * Nothing was changed; the last good pool goes on.
     *
     * @param reason one sentence for people, for example {@code listener http: port 8080 is in use}
     */
    record Refused(String reason) implements ApplyResult {}

    /**
     * Makes {@code pool} the live one. All or nothing. Calls do not overlap: the next comes after the stage of the last
     * has completed. Never blocks the caller.
     *
     * @param stale the pool comes from the last known good copy, not from the operator
     */
    CompletionStage<ApplyResult> apply(PublishedPool pool, boolean stale);

    /** The operator has dealt this proxy {@code seat}, for the live pool and those to come. Never blocks the caller. */
    void sit(Seat seat);

    /** The operator has confirmed that the live pool is current (it was stale before), or the connection was lost. */
    void controlState(boolean connected, boolean stale);

    /**
     * Equal to what it was before as long as readiness, and the state and weight of every backend, are. Any thread; costs
     * nothing.
     */
    Object condition();

    /** What is true now. Any thread; costs about a millisecond for 1,000 backends. */
    ProxyStatus status();

    /**
     * What is true now, but for the traffic of those backends that {@code last} knows: that is as it was. Any thread; costs a
     * small part of {@link #status()}.
     */
    ProxyStatus statusAfter(ProxyStatus last);
}
