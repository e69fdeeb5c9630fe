package io.backendpool.proxy.probe;

import java.util.function.Consumer;

/** Asks backends. Called on, and calls back on, one event loop. */
interface Asker {
    /**
     * Asks once.
     *
     * @param told gets the result, once, at the latest when the inquiry's timeout is over
     * @param ended called once when nothing of it is left open: after {@code told}, and no later than the timeout either
     */
    <R> void ask(Inquiry<R> inquiry, Consumer<R> told, Runnable ended);
}
