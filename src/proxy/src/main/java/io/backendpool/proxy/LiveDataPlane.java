package io.backendpool.proxy;

import io.backendpool.control.BackendStatus;
import io.backendpool.control.ProxyStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Seat;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.SortedWalk;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.EffectiveWeights;
import io.backendpool.pool.health.ProxySeat;
import io.backendpool.proxy.control.DataPlane;
import io.backendpool.proxy.listener.Listeners;
import io.backendpool.proxy.probe.HealthMonitor;
import io.backendpool.proxy.probe.HealthView;
import io.backendpool.proxy.traffic.TrafficRecorder;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The real data plane behind the control client: a pool is checked, its listeners are bound, its backends are watched and
 * published, and only when every event loop has had its turn since is it said to be applied. Any thread; never blocks.
 */
final class LiveDataPlane implements DataPlane {
    private final PoolId id;
    private final Vertx traffic;
    private final Listeners listeners;
    private final HealthMonitor monitor;
    private final TrafficRecorder recorder;
    private final BooleanSupplier ready;
    private final CompletableFuture<PoolSnapshot> firstPool = new CompletableFuture<>();

    private volatile boolean live;
    private volatile boolean closed;

    /**
     * Serves nothing yet.
     *
     * @param id the only pool that is taken
     * @param traffic whose event loops carry the traffic
     * @param ready whether the proxy takes traffic, for the status
     */
    LiveDataPlane(
            PoolId id,
            Vertx traffic,
            Listeners listeners,
            HealthMonitor monitor,
            TrafficRecorder recorder,
            BooleanSupplier ready) {
        this.id = id;
        this.traffic = traffic;
        this.listeners = listeners;
        this.monitor = monitor;
        this.recorder = recorder;
        this.ready = ready;
    }

    @Override
    public CompletionStage<ApplyResult> apply(PublishedPool pool, boolean stale) {
        String refusal = refusal(pool.snapshot());
        if (refusal != null) {
            return CompletableFuture.completedStage(new Refused(refusal));
        }
        return listeners.apply(pool.snapshot()).thenCompose(unbound -> {
            if (unbound != null) {
                return CompletableFuture.completedStage(new Refused(unbound));
            }
            return monitor.apply(pool, stale)
                    .thenCompose(published -> EventLoops.passed(traffic))
                    .thenApply(passed -> applied(pool.snapshot()));
        });
    }

    private @Nullable String refusal(PoolSnapshot snapshot) {
        if (closed) {
            return "the proxy is shutting down";
        }
        if (!snapshot.id().equals(id)) {
            return "pool: %s (expected: %s, the pool of this proxy)".formatted(snapshot.id(), id);
        }
        String unserved = Unserved.of(snapshot);
        return unserved == null ? HealthMonitor.refusal(snapshot) : unserved;
    }

    private ApplyResult applied(PoolSnapshot snapshot) {
        live = true;
        firstPool.complete(snapshot);
        return new Applied();
    }

    @Override
    public void sit(Seat seat) {
        monitor.sit(ProxySeat.of(seat.index(), seat.count()));
    }

    @Override
    public void controlState(boolean connected, boolean stale) {
        monitor.confirm(stale);
    }

    /** Whether a complete revision is live. */
    boolean isLive() {
        return live;
    }

    /** Completes with the first pool that is live. */
    CompletionStage<PoolSnapshot> firstPool() {
        return firstPool.minimalCompletionStage();
    }

    /** Takes no pool from now on. */
    void close() {
        closed = true;
    }

    @Override
    public Object condition() {
        return new Condition(ready.getAsBoolean(), monitor.view());
    }

    /** A view is a new one whenever traffic moves. */
    private record Condition(boolean ready, @Nullable HealthView view) {}

    @Override
    public ProxyStatus status() {
        return status(monitor.view());
    }

    /** The status as of {@code view}. */
    ProxyStatus status(@Nullable HealthView view) {
        return status(view, List.of());
    }

    @Override
    public ProxyStatus statusAfter(ProxyStatus last) {
        return status(monitor.view(), last.backends());
    }

    private ProxyStatus status(@Nullable HealthView view, List<BackendStatus> last) {
        if (view == null) {
            return new ProxyStatus(false, List.of(), recorder.traffic());
        }
        EffectiveWeights weights = view.live().weights();
        List<Backend> backends = view.live().pool().snapshot().backends();
        List<BackendStatus> statuses = new ArrayList<>(backends.size());
        SortedWalk<BackendStatus> before = new SortedWalk<>(last, BackendStatus::key, gone -> {});
        for (int i = 0; i < backends.size(); i++) {
            BackendKey key = backends.get(i).key();
            BackendStatus known = before.find(key);
            BackendHealth health = view.health(i);
            statuses.add(new BackendStatus(
                    key,
                    health.state(),
                    health.reason(),
                    health.since(),
                    weights.shown(i),
                    known == null ? recorder.inFlight(key) : known.inFlight(),
                    known == null ? recorder.windowRequests(key) : known.windowRequests(),
                    known == null ? recorder.minuteRequests(key) : known.minuteRequests(),
                    weights.adaptation(i).reason(),
                    health.isStarting()));
        }
        return new ProxyStatus(ready.getAsBoolean(), statuses, recorder.traffic(), weights.mode(), weights.notes());
    }
}
