package io.backendpool.proxy.upstream;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one event loop that wait for a backend with room: first come, first served, whichever backend it is.
 * Event loop only.
 */
final class RequestQueue {
    /** So many places of requests that gave up are tolerated before they are cleared away. */
    private static final int MAX_ABANDONED = 64;

    /** A place in the queue. */
    static final class Place {
        private final int sinceTick;
        private @Nullable QueuedRequest request;

        private Place(QueuedRequest request, int sinceTick) {
            this.request = request;
            this.sinceTick = sinceTick;
        }
    }

    private final Deque<Place> places = new ArrayDeque<>();
    private int waiting;

    int waiting() {
        return waiting;
    }

    Place add(QueuedRequest request, int tick) {
        Place place = new Place(request, tick);
        places.addLast(place);
        waiting++;
        return place;
    }

    /** The request does not wait any more. */
    void leave(Place place) {
        if (place.request == null) {
            return;
        }
        place.request = null;
        waiting--;
        if (places.size() - waiting > waiting + MAX_ABANDONED) {
            places.removeIf(each -> each.request == null);
        }
    }

    /** Takes out the first request that may go to {@code upstream}; null: there is none. */
    @Nullable
    QueuedRequest pollFor(Upstream upstream) {
        Iterator<Place> all = places.iterator();
        while (all.hasNext()) {
            Place place = all.next();
            QueuedRequest request = place.request;
            if (request == null) {
                all.remove();
            } else if (!request.tried().contains(upstream)) {
                all.remove();
                place.request = null;
                waiting--;
                return request;
            }
        }
        return null;
    }

    /** Takes out the first request if it waits since {@code tick} or longer; null: it does not. */
    @Nullable
    QueuedRequest pollWaitingSince(int tick) {
        Place first;
        while ((first = places.peekFirst()) != null) {
            QueuedRequest request = first.request;
            if (request != null && first.sinceTick - tick > 0) {
                return null;
            }
            places.removeFirst();
            if (request != null) {
                first.request = null;
                waiting--;
                return request;
            }
        }
        return null;
    }
}
