package io.backendpool.proxy.listener;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says that connections were closed for their header: one line in ten seconds, however many there are. Any thread. */
final class ProxyHeaderLog {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyHeaderLog.class);
    private static final long INTERVAL_NANOS = 10_000_000_000L;

    private final LongSupplier nanoClock;
    private final AtomicLong next;
    private final AtomicLong unsaid = new AtomicLong();

    ProxyHeaderLog(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.next = new AtomicLong(nanoClock.getAsLong());
    }

    /** Returns whether a line was written. */
    boolean refused(String listener, String from, String problem) {
        long now = nanoClock.getAsLong();
        long due = next.get();
        if (now - due < 0 || !next.compareAndSet(due, now + INTERVAL_NANOS)) {
            unsaid.incrementAndGet();
            return false;
        }
        LOG.warn(
                "listener={} from={} closed: {}; {} more since the last such line",
                listener,
                from,
                problem,
                unsaid.getAndSet(0));
        return true;
    }
}
