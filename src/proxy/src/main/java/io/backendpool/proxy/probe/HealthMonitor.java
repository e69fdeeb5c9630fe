package io.backendpool.proxy.probe;

import io.backendpool.control.PublishedPool;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.SlowStart;
import io.backendpool.pool.SortedWalk;
import io.backendpool.pool.health.Adaptation;
import io.backendpool.pool.health.AgentState;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.EffectiveWeights;
import io.backendpool.pool.health.OutlierDetector.Decision;
import io.backendpool.pool.health.Overrides;
import io.backendpool.pool.health.ProxySeat;
import io.backendpool.pool.health.SlowStartRamp;
import io.backendpool.pool.health.WeightInputs;
import io.backendpool.pool.session.BackendTags;
import io.backendpool.pool.session.SessionTable;
import io.backendpool.proxy.tls.BackendTls;
import io.backendpool.proxy.tls.TlsEngine;
import io.backendpool.proxy.upstream.LivePool;
import io.backendpool.proxy.upstream.PoolHolder;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the health of every backend of the pool and is the only one to publish the live pool: on each new revision, and
 * whenever a backend's state changes. A backend that stays in the pool keeps its health over all revisions.
 *
 * <p>Thread: all work is done on one event loop of {@code vertx}; the public methods may be called by any thread and do
 * not block.
 */
public final class HealthMonitor {
    private static final Logger LOG = LoggerFactory.getLogger(HealthMonitor.class);

    /** How often what depends on time is looked after, in ms. */
    private static final long TICK_MILLIS = 100;

    private final ContextInternal context;
    private final PoolHolder pools;
    private final InstantSource clock;
    private final ProbeTimer timer;
    private final Probers probers;

    private final Map<BackendKey, WatchedBackend> watched = new HashMap<>();
    private @Nullable PublishedPool pool;
    private Map<String, BackendTls> tls = Map.of();
    private final BackendTags tags = new BackendTags();
    private final @Nullable String zone;
    private @Nullable ProxySeat seat;
    private final OutlierWatch outliers;
    private final WeightAdapter adapter = new WeightAdapter();
    /** The same ones, in the order of their keys, which is the snapshot's. */
    private List<WatchedBackend> ordered = List.of();

    private Overrides overrides = Overrides.of(List.of(), Instant.EPOCH);
    private Instant nextRamp = Instant.MAX;
    private boolean ticking;
    private boolean stale;
    private boolean publishing;
    private boolean closed;
    private volatile @Nullable HealthView view;

    /**
     * Watches nothing yet.
     *
     * @param vertx whose event loop to work on; not the one that carries traffic
     * @param pools where the live pool is published; nobody else may write to it
     * @param clock for the time at which states were entered
     * @param nanoClock for the time between probes
     * @param random for the jitter of probes; used by the monitor's thread only
     */
    public HealthMonitor(
            Vertx vertx, PoolHolder pools, InstantSource clock, LongSupplier nanoClock, RandomGenerator random) {
        this(vertx, pools, clock, nanoClock, random, null, null);
    }

    /**
     * The same.
     *
     * @param zone that the proxy runs in; null: not known, so no backend is near
     * @param seat which part of a large pool the proxy uses, where the pool has subsets, until it is dealt another by
     *     {@link #sit}; null: all of it
     */
    public HealthMonitor(
            Vertx vertx,
            PoolHolder pools,
            InstantSource clock,
            LongSupplier nanoClock,
            RandomGenerator random,
            @Nullable String zone,
            @Nullable ProxySeat seat) {
        this.zone = zone;
        this.seat = seat;
        VertxInternal internal = (VertxInternal) vertx;
        this.context = internal.createEventLoopContext();
        this.pools = pools;
        this.clock = clock;
        EventLoop loop = context.nettyEventLoop();
        this.timer = (nanos, task) -> {
            ScheduledFuture<?> due = loop.schedule(task, nanos, TimeUnit.NANOSECONDS);
            return () -> due.cancel(false);
        };
        Probers.Judge judge = new Probers.Judge() {
            @Override
            public void probed(WatchedBackend backend, HealthCheck check, ProbeResult result) {
                take(backend, check, result);
            }

            @Override
            public void heard(WatchedBackend backend, AgentState heard) {
                take(backend, heard);
            }
        };
        this.probers = new Probers(judge, loop, internal.transport().channelFactory(false), timer, nanoClock, random);
        this.outliers = new OutlierWatch(random);
        pools.onRuns((backend, kind) ->
                context.runOnContext(ignored -> decide(outliers.onRun(backend, kind, clock.instant()))));
    }

    /** Why the backends of the pool cannot be reached or probed, in one sentence; null: they can. Pure. */
    public static @Nullable String refusal(PoolSnapshot snapshot) {
        String noTls = BackendTls.refusal(snapshot);
        HealthCheck check = snapshot.healthCheck();
        return noTls != null || check == null ? noTls : ProbePlan.refusal(check);
    }

    /**
     * Watches the backends of {@code next} from now on. Completes when it is published.
     *
     * @param stale see {@link LivePool}
     */
    public CompletionStage<Void> apply(PublishedPool next, boolean stale) {
        return onLoop(() -> {
            this.stale = stale;
            change(next);
        });
    }

    /** The operator has confirmed that the pool is current, or that it is not. Completes when it is published. */
    public CompletionStage<Void> confirm(boolean stale) {
        return onLoop(() -> {
            if (this.stale != stale) {
                this.stale = stale;
                publish();
            }
        });
    }

    /**
     * The proxy has another place among those of its pool. Completes when the live pool goes by it; one without subsets is
     * not published anew.
     */
    public CompletionStage<Void> sit(ProxySeat dealt) {
        return onLoop(() -> {
            boolean moves = !dealt.equals(seat);
            seat = dealt;
            if (moves && pool != null && pool.snapshot().loadBalancing().subsetSize() > 0) {
                publish();
            }
        });
    }

    /** Stops all probes; the live pool stays as it is. */
    public CompletionStage<Void> close() {
        return onLoop(() -> {
            closed = true;
            watched.values().forEach(probers::stop);
            probers.close();
        });
    }

    /** The newest view; null before the first pool. */
    public @Nullable HealthView view() {
        return view;
    }

    /** Probes that succeeded since the start. */
    public long probesSucceeded() {
        return probers.succeeded();
    }

    /** Probes that failed since the start. */
    public long probesFailed() {
        return probers.failed();
    }

    /** Lines of agents that were understood since the start. */
    public long agentsUnderstood() {
        return probers.understood();
    }

    /** Lines of agents since the start that could not be understood, and changed nothing. */
    public long agentsRubbish() {
        return probers.rubbish();
    }

    /** How often an agent was asked since the start and said nothing. */
    public long agentsSilent() {
        return probers.silent();
    }

    private CompletionStage<Void> onLoop(Runnable work) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(ignored -> {
            try {
                work.run();
                done.complete();
            } catch (RuntimeException e) {
                done.fail(e);
            }
        });
        return done.future().toCompletionStage();
    }

    private void change(PublishedPool next) {
        PoolSnapshot snapshot = next.snapshot();
        HealthCheck check = snapshot.healthCheck();
        SlowStart slowStart = snapshot.loadBalancing().slowStart();
        Instant now = clock.instant();
        SortedWalk<WatchedBackend> before = new SortedWalk<>(ordered, watching -> watching.key, this::unwatch);
        List<WatchedBackend> order = new ArrayList<>(snapshot.backends().size());
        tls = BackendTls.compile(snapshot, tls, TlsEngine.best());
        boolean first = pool == null;
        pool = next;
        overrides = Overrides.of(snapshot.overrides(), now);
        for (Backend backend : snapshot.backends()) {
            WatchedBackend known = before.find(backend.key());
            WatchedBackend kept = known == null ? watch(backend, check, slowStart, first, now) : known;
            kept.index = order.size();
            order.add(kept);
            BackendHealth health =
                    known == null ? kept.health : known.health.onConditions(backend.conditions(), check, now);
            update(kept, health.onSlowStart(slowStart, now).onOverride(overrides.drain(backend.key()), now));
        }
        before.end();
        ordered = order;
        outliers.follow(snapshot.outlierDetection(), watched, check != null, now)
                .forEach(this::apply);
        adapter.follow(snapshot.adaptiveWeight(), order, now);
        publish();
        if (!closed) {
            probers.follow(snapshot, tls, ordered);
        }
    }

    private WatchedBackend watch(
            Backend backend, @Nullable HealthCheck check, @Nullable SlowStart slowStart, boolean first, Instant now) {
        BackendHealth health = first
                ? BackendHealth.initial(backend.conditions(), check, now)
                : BackendHealth.joined(backend.conditions(), check, slowStart, now);
        WatchedBackend newcomer = new WatchedBackend(backend.key(), health);
        watched.put(backend.key(), newcomer);
        return newcomer;
    }

    private void unwatch(WatchedBackend gone) {
        watched.remove(gone.key);
        probers.stop(gone);
    }

    private void decide(@Nullable Decision decision) {
        if (decision != null) {
            apply(decision);
            publishSoon();
        }
    }

    private void apply(Decision decision) {
        WatchedBackend backend = watched.get(decision.backend());
        if (backend != null) {
            backend.outcomes.runs().endAll();
            update(backend, backend.health.onEjection(decision.ejection(), clock.instant()));
        }
    }

    /** Starts the ticks where something depends on time; they end by themselves. */
    private void tickWhileNeeded() {
        boolean needed =
                outliers.isOn() || adapter.isOn() || overrides.nextExpiry() != null || nextRamp.isBefore(Instant.MAX);
        if (!ticking && needed && !closed) {
            ticking = true;
            timer.in(TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS), () -> {
                ticking = false;
                tick();
                tickWhileNeeded();
            });
        }
    }

    private void tick() {
        HealthView current = view;
        PublishedPool live = pool;
        if (closed || current == null || live == null) {
            return;
        }
        Instant now = clock.instant();
        List<Decision> decisions = outliers.onTick(now);
        decisions.forEach(this::apply);
        boolean changed = !decisions.isEmpty();
        Instant expiry = overrides.nextExpiry();
        if (expiry != null && !now.isBefore(expiry)) {
            overrides = Overrides.of(live.snapshot().overrides(), now);
            ordered.forEach(backend -> update(backend, backend.health.onOverride(overrides.drain(backend.key), now)));
            changed = true;
        }
        if (!now.isBefore(nextRamp)) {
            ordered.forEach(backend -> update(backend, backend.health.onTime(now)));
            changed = true;
        }
        if (adapter.onTick(ordered, current.live().weights(), now)) {
            // What is only observed is told, and moves nothing.
            changed = true;
        }
        if (changed) {
            publishSoon();
        }
    }

    /** An agent that is silent or talks rubbish changes nothing but the reason. */
    private void take(WatchedBackend backend, AgentState heard) {
        AgentState before = backend.health.signals().agent();
        if (!heard.equals(before)) {
            judged(backend, backend.health.onAgent(heard, clock.instant()), !heard.agrees(before));
        }
    }

    private void take(WatchedBackend backend, HealthCheck check, ProbeResult result) {
        BackendHealth next =
                switch (result) {
                    case ProbeResult.Succeeded ok -> backend.health.onSuccess(check, clock.instant());
                    case ProbeResult.Failed failure ->
                        backend.health.onFailure(check, failure.cause(), clock.instant());
                };
        judged(backend, next, false);
        boolean success = result instanceof ProbeResult.Succeeded;
        decide(outliers.onProbe(backend.key, success, clock.instant()));
    }

    /** Takes what is known now of a backend; {@code moves}: traffic moves even where the state stays the same. */
    private void judged(WatchedBackend backend, BackendHealth next, boolean moves) {
        HealthState before = backend.health.state();
        update(backend, next);
        if (moves || next.state() != before) {
            publishSoon();
        } else if (view != null) {
            view.refresh(backend.index, next);
        }
    }

    private void update(WatchedBackend backend, BackendHealth next) {
        HealthState before = backend.health.state();
        backend.health = next;
        if (next.state() != before && pool != null) {
            LOG.info(
                    "pool={} backend={} {}->{} {}",
                    pool.snapshot().id(),
                    backend.key.address(),
                    word(before),
                    word(next.state()),
                    next.reason());
        }
    }

    private static String word(HealthState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Transitions often come in crowds (a zone dies, a large pool starts), and each publication costs time in proportion
     * to the pool: those within a moment, longer for a larger pool, are published together.
     */
    private void publishSoon() {
        if (publishing) {
            return;
        }
        publishing = true;
        timer.in(TimeUnit.MILLISECONDS.toNanos(1 + watched.size() / 1_000), this::publish);
    }

    private void publish() {
        publishing = false;
        if (pool == null) {
            return;
        }
        PoolSnapshot snapshot = pool.snapshot();
        Instant now = clock.instant();
        List<BackendHealth> health = new ArrayList<>(ordered.size());
        List<Adaptation> adaptations = new ArrayList<>(ordered.size());
        boolean warming = false;
        for (WatchedBackend backend : ordered) {
            health.add(backend.health);
            adaptations.add(backend.adaptation);
            warming |= backend.health.state() == HealthState.WARMING;
        }
        SlowStart slowStart = snapshot.loadBalancing().slowStart();
        nextRamp = warming && slowStart != null ? now.plus(SlowStartRamp.step(slowStart)) : Instant.MAX;
        WeightInputs inputs = new WeightInputs(snapshot, health, adaptations, zone, seat, now, group -> true);
        EffectiveWeights weights = EffectiveWeights.of(inputs);
        boolean counts = outliers.isOn() || adapter.isOn();
        LivePool live = new LivePool(
                pool,
                health,
                weights,
                stale,
                tls,
                sessions(snapshot, weights.picking()),
                counts ? ordered.stream().map(backend -> backend.outcomes).toList() : List.of());
        pools.publish(live);
        view = new HealthView(live);
        tickWhileNeeded();
    }

    private @Nullable SessionTable sessions(PoolSnapshot snapshot, long[] weights) {
        if (snapshot.session() == null) {
            return null;
        }
        Map<String, Integer> groupWeights = new HashMap<>();
        snapshot.groups().forEach(group -> groupWeights.put(group.name(), overrides.weight(group)));
        List<HealthState> states =
                ordered.stream().map(backend -> backend.health.state()).toList();
        return SessionTable.of(snapshot, states, weights, group -> groupWeights.getOrDefault(group, 0), tags);
    }
}
