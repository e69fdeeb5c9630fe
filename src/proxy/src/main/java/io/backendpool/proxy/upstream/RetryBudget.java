package io.backendpool.proxy.upstream;

/**
 * How many of the requests under way may be retries, so that a pool which fails is not asked more than one that works: a
 * share of the requests under way on this event loop, and {@value #ALWAYS} in any case. Event loop only.
 */
public final class RetryBudget {
    /** With few requests under way a share of them would be none. */
    static final int ALWAYS = 3;

    private int requests;
    private int retries;

    RetryBudget() {}

    /** A request has begun. */
    public void requestStarted() {
        requests++;
    }

    /** A request has ended, its retries included. */
    public void requestEnded() {
        requests--;
    }

    /** One more retry is under way; false: there are {@code percent} of the requests already. */
    boolean take(int percent) {
        if (retries >= Math.max(ALWAYS, (long) requests * percent / 100)) {
            return false;
        }
        retries++;
        return true;
    }

    void giveBack() {
        retries--;
    }

    int retries() {
        return retries;
    }
}
