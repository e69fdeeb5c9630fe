package io.backendpool.proxy.traffic;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts how TLS handshakes end, and logs those that fail: of each kind one a minute, with how many more there were. Any thread. */
public final class HandshakeCounters {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeCounters.class);
    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final class Counter {
        final LongAdder count = new LongAdder();
        /** When the next line may be written. */
        final AtomicLong nextLine;

        final AtomicLong silent = new AtomicLong();

        Counter(long now) {
            nextLine = new AtomicLong(now);
        }
    }

    private final LongSupplier nanoClock;
    private final Map<Handshake, Counter> counters = new EnumMap<>(Handshake.class);

    HandshakeCounters(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        for (Handshake how : Handshake.values()) {
            counters.put(how, new Counter(nanoClock.getAsLong()));
        }
    }

    /**
     * A handshake has ended.
     *
     * @param listener its name
     * @param reason why it failed, for people
     */
    public void ended(Handshake how, String listener, SocketAddress client, String reason) {
        Counter counter = counter(how);
        counter.count.increment();
        if (how == Handshake.COMPLETED) {
            return;
        }
        long now = nanoClock.getAsLong();
        long due = counter.nextLine.get();
        if (now - due < 0 || !counter.nextLine.compareAndSet(due, now + PAUSE_NANOS)) {
            counter.silent.incrementAndGet();
            return;
        }
        long more = counter.silent.getAndSet(0);
        LOG.info(
                "listener={} client={} TLS handshake {}: {}{}",
                listener,
                address(client),
                how.label(),
                reason,
                more == 0 ? "" : " (" + more + " more of this kind since the last such line)");
    }

    private static String address(SocketAddress client) {
        return client instanceof InetSocketAddress inet
                ? inet.getAddress().getHostAddress() + " port " + inet.getPort()
                : String.valueOf(client);
    }

    private Counter counter(Handshake how) {
        Counter counter = counters.get(how);
        if (counter == null) {
            throw new IllegalStateException("every kind has a counter");
        }
        return counter;
    }

    /** Since the start; each kind is there. */
    public Map<Handshake, Long> totals() {
        Map<Handshake, Long> totals = new EnumMap<>(Handshake.class);
        counters.forEach((how, counter) -> totals.put(how, counter.count.sum()));
        return totals;
    }
}
