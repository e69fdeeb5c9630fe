package io.backendpool.proxy.compiler;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How the kernel is told which share of a core a thread gets. */
interface Sharing {
    /**
     * Sets it.
     *
     * @param thread of the kernel
     * @param nice -20 to 19; without a privilege never lower than it was
     * @param slice how long it may run before others have a turn; 0.1 to 100 ms
     * @return why it could not be set, in some words; null: it is
     */
    @Nullable
    String set(int thread, int nice, Duration slice);
}
