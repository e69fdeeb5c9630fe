package io.backendpool.operator.control;

import io.backendpool.control.Seat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Who sits where of the proxies that divide the same backends evenly, and who waits for a seat.
 *
 * <p>A proxy keeps its seat while it is connected, but for the few times that the number of seats changes. One whose
 * connection is lost finds its seat free for a while; one that said goodbye leaves it to the next. Newcomers take what is
 * free, the lowest first; where nothing is, they wait. Only when somebody has waited for a seat, or a seat for somebody,
 * longer than {@link SeatTimes#patience}, are all seats dealt anew: once for all that have come or gone until then.
 *
 * <p>An operator that has just started knows no seats. It takes each proxy's word for the one it had, and the first seats
 * that it deals itself wait until all that had one can have told.
 *
 * <p>Knows neither sessions nor a clock: the time is brought. Guarded by the pool's monitor.
 */
final class SeatTable {
    /**
     * One seat; its index is where it is in the list.
     *
     * @param proxy whose it is; null: nobody's
     * @param vacancy null: {@code proxy} sits there
     */
    private record Place(@Nullable String proxy, @Nullable Vacancy vacancy) {
        boolean isOpen(Instant now) {
            return vacancy != null && !vacancy.open.isAfter(now);
        }
    }

    /**
     * An empty seat.
     *
     * @param since when it became empty
     * @param open from when on anybody may have it
     */
    private record Vacancy(Instant since, Instant open) {}

    private final SeatTimes times;
    private final Map<String, Integer> seated = new HashMap<>();
    private final Map<String, Instant> waiting = new LinkedHashMap<>();
    private List<Place> places = new ArrayList<>();
    private Instant opened = Instant.MIN;

    SeatTable(SeatTimes times) {
        this.times = times;
    }

    /** The seat of {@code proxy}; null: it waits for one. */
    @Nullable
    Seat seat(String proxy) {
        Integer index = seated.get(proxy);
        return index == null ? null : new Seat(index, places.size());
    }

    int seats() {
        return places.size();
    }

    boolean isEmpty() {
        return places.isEmpty() && waiting.isEmpty();
    }

    /** {@code proxy}, which is not here yet, has come; {@code had} is the seat that it says it was dealt last. */
    void join(String proxy, @Nullable Seat had, Instant now) {
        if (isEmpty()) {
            opened = now;
        }
        int place = own(proxy);
        if (place < 0 && had != null) {
            place = claimed(had, now);
        }
        if (place >= 0) {
            sit(place, proxy);
        } else {
            waiting.put(proxy, now);
        }
        settle(now);
    }

    /** {@code proxy} is gone; {@code goodbye}: by its own will, so that nobody need wait for it. */
    void leave(String proxy, boolean goodbye, Instant now) {
        waiting.remove(proxy);
        Integer left = seated.remove(proxy);
        if (left != null) {
            places.set(
                    left,
                    goodbye
                            ? new Place(null, new Vacancy(now, now))
                            : new Place(proxy, new Vacancy(now, now.plus(times.comeback()))));
        }
        settle(now);
    }

    /** Does what is due. */
    void settle(Instant now) {
        Iterator<String> next = waiting.keySet().iterator();
        for (int i = 0; i < places.size() && next.hasNext(); i++) {
            if (places.get(i).isOpen(now)) {
                sit(i, next.next());
                next.remove();
            }
        }
        Instant due = dealDue();
        if (due != null && !due.isAfter(now)) {
            if (waiting.isEmpty()) {
                shrink(now);
            } else {
                grow();
            }
        }
    }

    /** When {@link #settle} has something to do; null: never, as things stand. */
    @Nullable
    Instant nextDue() {
        Instant next = dealDue();
        if (!waiting.isEmpty()) {
            for (Place place : places) {
                next = place.vacancy == null ? next : earlier(next, place.vacancy.open);
            }
        }
        return next;
    }

    /** When all seats are to be dealt anew; null: no reason to. */
    private @Nullable Instant dealDue() {
        Instant due = null;
        for (Instant since : waiting.values()) {
            due = earlier(due, places.isEmpty() ? opened.plus(times.comeback()) : since.plus(times.patience()));
        }
        for (Place place : places) {
            due = place.vacancy == null ? due : earlier(due, place.vacancy.since.plus(times.patience()));
        }
        return due;
    }

    /** The earlier one; null: there is none yet. */
    static Instant earlier(@Nullable Instant one, Instant other) {
        return one == null || other.isBefore(one) ? other : one;
    }

    private int own(String proxy) {
        for (int i = 0; i < places.size(); i++) {
            if (proxy.equals(places.get(i).proxy)) {
                return i;
            }
        }
        return -1;
    }

    /** The place of a seat that a proxy says it had, where it can go on with it; else -1. */
    private int claimed(Seat had, Instant now) {
        Instant known = opened.plus(times.comeback());
        if (now.isBefore(known)) {
            while (places.size() < had.count()) {
                places.add(new Place(null, new Vacancy(now, known)));
            }
        } else if (places.size() != had.count()) {
            return -1;
        }
        Place place = places.get(had.index());
        boolean free = place.vacancy != null && (place.proxy == null || place.isOpen(now));
        return free ? had.index() : -1;
    }

    private void sit(int place, String proxy) {
        places.set(place, new Place(proxy, null));
        seated.put(proxy, place);
    }

    private void grow() {
        int before = places.size();
        Place[] next = new Place[before + waiting.size()];
        for (int i = 0; i < before; i++) {
            next[SeatPlan.grown(i, before, next.length)] = places.get(i);
        }
        Iterator<String> newcomers = waiting.keySet().iterator();
        for (int i = 0; i < next.length; i++) {
            next[i] = next[i] == null ? new Place(newcomers.next(), null) : next[i];
        }
        waiting.clear();
        seat(Arrays.asList(next));
    }

    /** Without those for which nobody comes back; in an order, so all that left together go at once. */
    private void shrink(Instant now) {
        int[] kept = IntStream.range(0, places.size())
                .filter(i -> !places.get(i).isOpen(now))
                .toArray();
        int[] seats = SeatPlan.shrunk(kept, places.size());
        Place[] next = new Place[kept.length];
        for (int i = 0; i < kept.length; i++) {
            next[seats[i]] = places.get(kept[i]);
        }
        seat(Arrays.asList(next));
    }

    private void seat(List<Place> next) {
        places = new ArrayList<>(next);
        seated.clear();
        for (int i = 0; i < places.size(); i++) {
            Place place = places.get(i);
            if (place.proxy != null && place.vacancy == null) {
                seated.put(place.proxy, i);
            }
        }
    }
}
