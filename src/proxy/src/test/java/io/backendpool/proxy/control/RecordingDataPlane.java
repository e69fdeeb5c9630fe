package io.backendpool.proxy.control;

import io.backendpool.control.BackendStatus;
import io.backendpool.control.ProxyStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Seat;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Takes every pool but those of a port that is in use, and remembers. */
final class RecordingDataPlane implements DataPlane {
    record Taken(PublishedPool pool, boolean stale) {}

    final List<Taken> taken = new CopyOnWriteArrayList<>();
    final List<Seat> seats = new CopyOnWriteArrayList<>();
    volatile @Nullable String refusal;
    volatile boolean broken;
    volatile ProxyStatus status = ProxyStatus.NONE;
    /** How often the whole status was asked for, by one thread. */
    int looks;

    @Override
    public CompletionStage<ApplyResult> apply(PublishedPool pool, boolean stale) {
        if (broken) {
            throw new IllegalStateException("a bug");
        }
        String reason = refusal;
        if (reason != null) {
            return CompletableFuture.completedStage(new Refused(reason));
        }
        taken.add(new Taken(pool, stale));
        return CompletableFuture.supplyAsync(Applied::new);
    }

    @Override
    public void sit(Seat seat) {
        seats.add(seat);
    }

    @Override
    public void controlState(boolean connected, boolean stale) {}

    @Override
    public Object condition() {
        return List.of(
                status.ready(),
                status.backends().stream().map(BackendStatus::state).toList());
    }

    @Override
    public ProxyStatus status() {
        looks++;
        return status;
    }

    /** Of the same backends. */
    @Override
    public ProxyStatus statusAfter(ProxyStatus last) {
        List<BackendStatus> backends = new ArrayList<>();
        for (int i = 0; i < status.backends().size(); i++) {
            BackendStatus now = status.backends().get(i);
            BackendStatus known = last.backends().get(i);
            backends.add(new BackendStatus(
                    now.key(),
                    now.state(),
                    now.reason(),
                    now.since(),
                    now.effectiveWeight(),
                    known.inFlight(),
                    known.windowRequests()));
        }
        return new ProxyStatus(status.ready(), backends, status.traffic());
    }
}
