package io.backendpool.proxy.probe;

/** Runs what is due later, on the event loop of the probes. */
interface ProbeTimer {
    /** A timer that can be taken back. */
    interface Due {
        /** No effect once it has run. */
        void cancel();
    }

    /** Runs {@code task} once, {@code nanos} from now; at once, but not within this call, where that is not above 0. */
    Due in(long nanos, Runnable task);
}
