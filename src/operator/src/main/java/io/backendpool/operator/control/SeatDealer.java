package io.backendpool.operator.control;

import io.backendpool.control.Seat;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Deals out the seats of one pool to its sessions, while the pool uses subsets; else it does nothing. Where a proxy prefers
 * the backends of its own zone, the proxies of a zone divide them among themselves: each zone has seats of its own.
 *
 * <p>Everything is called under the monitor of its {@link PoolSessions}.
 */
final class SeatDealer {
    private static final Logger LOG = Logger.getLogger(ControlServer.class);

    private final PoolId pool;
    private final SeatTimes times;
    private final int maxSeats;
    private final Clock clock;
    private final Collection<ProxySession> sessions;
    private final ScheduledExecutorService timer;
    private final Runnable wake;
    private final Map<String, SeatTable> tables = new TreeMap<>();

    /** The numbers of seats that were logged last. */
    private final Map<String, Integer> counts = new TreeMap<>();

    private boolean dealing;
    private boolean byZone;
    private @Nullable ScheduledFuture<?> alarm;

    /**
     * Deals nothing yet.
     *
     * @param maxSeats a proxy that says it had a seat of more than these is not believed
     * @param sessions a live view of the pool's sessions
     * @param wake what the timer calls when something is due: leads to {@link #settle}, under the monitor
     */
    SeatDealer(
            PoolId pool,
            SeatTimes times,
            int maxSeats,
            Clock clock,
            Collection<ProxySession> sessions,
            ScheduledExecutorService timer,
            Runnable wake) {
        this.pool = pool;
        this.times = times;
        this.maxSeats = maxSeats;
        this.clock = clock;
        this.sessions = sessions;
        this.timer = timer;
        this.wake = wake;
    }

    /** The pool balances by {@code rules} from now on; null: there is no pool. */
    void follow(@Nullable LoadBalancing rules) {
        boolean wanted = rules != null && rules.subsetSize() > 0;
        boolean zones = rules != null && wanted && rules.locality().mode() == LoadBalancing.Locality.Mode.PREFER;
        if (wanted == dealing && zones == byZone) {
            return;
        }
        boolean sameSeats = zones == byZone;
        dealing = wanted;
        byZone = zones;
        tables.clear();
        if (wanted) {
            Instant now = clock.instant();
            sessions.forEach(session -> enter(session, sameSeats ? session.seat() : null, now));
        }
        settle();
    }

    void join(ProxySession session) {
        if (dealing) {
            enter(session, session.seat(), clock.instant());
            settle();
        }
    }

    /** {@code goodbye}: see {@link SeatTable#leave}. */
    void leave(ProxySession session, boolean goodbye) {
        if (dealing) {
            table(session).leave(session.proxy(), goodbye, clock.instant());
            settle();
        }
    }

    /** Does what is due, and tells each proxy its seat where it is another one. */
    void settle() {
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
        Instant now = clock.instant();
        tables.values().forEach(table -> table.settle(now));
        sayCounts();
        tables.values().removeIf(SeatTable::isEmpty);
        counts.keySet().retainAll(tables.keySet());
        if (!dealing) {
            return;
        }
        for (ProxySession session : List.copyOf(sessions)) {
            Seat seat = table(session).seat(session.proxy());
            if (seat != null) {
                session.sit(seat);
            }
        }
        setAlarm(now);
    }

    private void sayCounts() {
        tables.forEach((zone, table) -> {
            Integer before = counts.put(zone, table.seats());
            if (table.seats() != (before == null ? 0 : before)) {
                LOG.infof(
                        "pool=%s%s seats=%d->%d",
                        pool, zone.isEmpty() ? "" : " zone=" + zone, before == null ? 0 : before, table.seats());
            }
        });
    }

    private void enter(ProxySession session, @Nullable Seat had, Instant now) {
        Seat believed = had != null && had.count() <= maxSeats ? had : null;
        table(session).join(session.proxy(), believed, now);
    }

    private SeatTable table(ProxySession session) {
        return tables.computeIfAbsent(byZone ? session.zone() : "", zone -> new SeatTable(times));
    }

    private void setAlarm(Instant now) {
        Instant due = null;
        for (SeatTable table : tables.values()) {
            Instant next = table.nextDue();
            due = next == null ? due : SeatTable.earlier(due, next);
        }
        if (due == null) {
            return;
        }
        try {
            long millis = Math.max(1, Duration.between(now, due).toMillis() + 1);
            alarm = timer.schedule(wake, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopping) {
            LOG.debugf("pool=%s seats are dealt no more: the operator stops", pool);
        }
    }
}
