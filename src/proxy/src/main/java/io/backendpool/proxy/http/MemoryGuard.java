package io.backendpool.proxy.http;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when the buffers in use come so close to what the process may have that no more work must be taken on: above
 * {@value #SHED_PERCENT} % of the direct memory (`-XX:MaxDirectMemorySize`, by default as much as the heap) new requests
 * and connections are refused, until it is {@value #RESUME_PERCENT} % or less. One event loop measures; any asks.
 */
public final class MemoryGuard {
    static final int SHED_PERCENT = 80;
    static final int RESUME_PERCENT = 70;

    private static final Logger LOG = LoggerFactory.getLogger(MemoryGuard.class);

    private final LongSupplier used;
    private final long limit;
    private volatile boolean shedding;

    /**
     * For what {@code used} measures.
     *
     * @param used bytes in use
     * @param limit bytes that there may be
     */
    public MemoryGuard(LongSupplier used, long limit) {
        this.used = used;
        this.limit = limit;
    }

    /** For this process: the buffers that are in use, not what is only kept for the next ones. */
    public static MemoryGuard ofProcess() {
        return new MemoryGuard(PooledByteBufAllocator.DEFAULT::pinnedDirectMemory, PlatformDependent.maxDirectMemory());
    }

    /** Measures. One thread. */
    void check() {
        long now = used.getAsLong();
        boolean shed = now > limit / 100 * (shedding ? RESUME_PERCENT : SHED_PERCENT);
        if (shed != shedding) {
            shedding = shed;
            LOG.warn(
                    "buffers in use: {} MiB of {} MiB, new requests {}",
                    now >> 20,
                    limit >> 20,
                    shed ? "are refused with 503" : "are taken again");
        }
    }

    /** New work is to be refused. Any thread. */
    public boolean isShedding() {
        return shedding;
    }
}
