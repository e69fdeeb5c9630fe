package io.backendpool.proxy.control;

import io.backendpool.control.ProxyStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Seat;
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
    public ProxyStatus status() {
        return status;
    }
}
