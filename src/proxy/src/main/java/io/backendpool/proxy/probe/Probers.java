package io.backendpool.proxy.probe;

import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HealthCheck.Agent;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.health.AgentState;
import io.backendpool.proxy.tls.BackendTls;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The probers of all backends of the pool, one for each and one for its agent: starts and stops them as the pool changes, and
 * counts what comes of them. What follows for a backend, its {@link Judge} decides. The monitor's event loop; the counters:
 * any thread.
 */
final class Probers {
    /** Is told what was found out. */
    interface Judge {
        /** The backend was probed by {@code check}. */
        void probed(WatchedBackend backend, HealthCheck check, ProbeResult result);

        /** The backend's agent was asked; {@code heard}: all that is known of it now. */
        void heard(WatchedBackend backend, AgentState heard);
    }

    private final Judge judge;
    private final ProbeSlots slots;
    private final ProbeClient client;
    private final BackendProber.Means means;
    private final Spread spread = new Spread();
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder understood = new LongAdder();
    private final LongAdder rubbish = new LongAdder();
    private final LongAdder silent = new LongAdder();
    private ProbePlan plan = ProbePlan.NONE;

    /**
     * Probes nothing yet.
     *
     * @param channels makes the channels to backends, of the kind that the event loop serves
     */
    Probers(
            Judge judge,
            EventLoop loop,
            ChannelFactory<? extends Channel> channels,
            ProbeTimer timer,
            LongSupplier nanoClock,
            RandomGenerator random) {
        this.judge = judge;
        this.client = new ProbeClient(loop, channels);
        this.slots = new ProbeSlots(timer, nanoClock);
        this.means = new BackendProber.Means(client, timer, slots, nanoClock, random);
    }

    /** Starts the probers that are missing, and anew those that go by another check. */
    void follow(PoolSnapshot snapshot, Map<String, BackendTls> tls, Collection<WatchedBackend> backends) {
        HealthCheck check = snapshot.healthCheck();
        plan = ProbePlan.of(check, snapshot.groups(), tls, plan);
        if (check != null) {
            slots.resize(check, backends.size());
        }
        for (WatchedBackend backend : backends) {
            ProbePlan.Way way = plan.way(backend.key.group());
            if (!Objects.equals(backend.way, way)) {
                stop(backend);
                start(backend, way);
            }
        }
    }

    private void start(WatchedBackend backend, ProbePlan.@Nullable Way way) {
        if (way == null) {
            return;
        }
        HealthCheck check = way.check();
        backend.way = way;
        backend.prober = new BackendProber<>(
                means,
                plan.probe(backend.key, way),
                new BackendProber.Pace(() -> interval(backend, check), check.jitterPercent(), spread.next()),
                result -> take(backend, check, result));
        backend.prober.start();
        Agent agent = check.agent();
        if (agent != null) {
            backend.listener = new BackendProber<>(
                    means,
                    ProbePlan.agent(backend.key, agent),
                    new BackendProber.Pace(agent::interval, check.jitterPercent(), spread.next()),
                    report -> take(backend, report));
            backend.listener.start();
        }
    }

    private static Duration interval(WatchedBackend backend, HealthCheck check) {
        return Boolean.FALSE.equals(backend.health.probed()) ? check.unhealthyInterval() : check.interval();
    }

    private void take(WatchedBackend backend, HealthCheck check, ProbeResult result) {
        switch (result) {
            case ProbeResult.Succeeded ok -> succeeded.increment();
            case ProbeResult.Failed failure -> failed.increment();
        }
        judge.probed(backend, check, result);
    }

    private void take(WatchedBackend backend, AgentReport report) {
        AgentState before = backend.health.signals().agent();
        AgentState after =
                switch (report) {
                    case AgentReport.Said said -> {
                        AgentState heard = before.hear(said.line());
                        (heard.complaint() == null ? understood : rubbish).increment();
                        yield heard;
                    }
                    case AgentReport.Silent none -> {
                        silent.increment();
                        yield before.silent(none.cause());
                    }
                };
        judge.heard(backend, after);
    }

    /** The backend is not probed any more. */
    void stop(WatchedBackend backend) {
        if (backend.prober != null) {
            backend.prober.stop();
        }
        if (backend.listener != null) {
            backend.listener.stop();
        }
        backend.way = null;
        backend.prober = null;
        backend.listener = null;
    }

    /** After all have been stopped. */
    void close() {
        client.close();
    }

    long succeeded() {
        return succeeded.sum();
    }

    long failed() {
        return failed.sum();
    }

    long understood() {
        return understood.sum();
    }

    long rubbish() {
        return rubbish.sum();
    }

    long silent() {
        return silent.sum();
    }
}
