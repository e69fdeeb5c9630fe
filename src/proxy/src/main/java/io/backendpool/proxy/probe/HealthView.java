package io.backendpool.proxy.probe;

import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.health.AgentState;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.proxy.upstream.LivePool;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/**
 * The live pool with the newest words on each backend's health: a reason changes with each failing probe, long before
 * the state does and traffic moves. Written by the monitor's event loop, read by any thread.
 */
public final class HealthView {
    private final LivePool live;
    private final AtomicReferenceArray<BackendHealth> newest;

    HealthView(LivePool live) {
        List<BackendHealth> health = live.health();
        this.live = live;
        this.newest = new AtomicReferenceArray<>(health.toArray(BackendHealth[]::new));
    }

    /** What traffic goes by. */
    public LivePool live() {
        return live;
    }

    /** The health of backend {@code index} in the snapshot's order. Its state is the one that {@link #live} goes by. */
    public BackendHealth health(int index) {
        return newest.get(index);
    }

    /** What the backends' agents want, in the snapshot's order; empty: the pool asks none. */
    public List<AgentState> agents() {
        HealthCheck check = live.pool().snapshot().healthCheck();
        return check == null || check.agent() == null
                ? List.of()
                : IntStream.range(0, newest.length())
                        .mapToObj(i -> newest.get(i).signals().agent())
                        .toList();
    }

    /** Takes a change that moves no traffic; one that does comes with the next view. */
    void refresh(int index, BackendHealth health) {
        if (health.state() == live.health().get(index).state()) {
            newest.set(index, health);
        }
    }
}
