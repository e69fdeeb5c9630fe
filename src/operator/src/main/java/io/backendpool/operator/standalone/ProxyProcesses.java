package io.backendpool.operator.standalone;

import io.backendpool.operator.logs.PoolLog;
import io.backendpool.operator.pools.ProxyHost;
import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.pool.Listener;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Proxies as processes of this host, one for each pool (docs/adr/0006-standalone-runs-one-proxy.md). They outlive an
 * operator that is killed, and the next one on the same state directory adopts them.
 */
final class ProxyProcesses implements ProxyHost {
    private static final Logger LOG = Logger.getLogger(ProxyProcesses.class);
    /** A little more than the proxies' own deadline. */
    private static final Duration PATIENCE = Duration.ofMillis(3_500);

    private final StateDirectory state;
    private final ProxyTokens tokens;
    private final ProxyLaunch launch;
    private final Backoff backoff;
    private final RandomGenerator random;
    private final Map<PoolId, Running> running = new ConcurrentHashMap<>();
    private volatile Consumer<PoolId> listener = pool -> {};

    private record Running(
            @Nullable SupervisedProxy proxy,
            String address,
            @Nullable String failure) {}

    ProxyProcesses(
            StateDirectory state, ProxyTokens tokens, ProxyLaunch launch, Backoff backoff, RandomGenerator random) {
        this.state = state;
        this.tokens = tokens;
        this.launch = launch;
        this.backoff = backoff;
        this.random = random;
    }

    @Override
    public void run(PoolSpec spec) {
        Running now = running.get(spec.id());
        SupervisedProxy proxy = now == null ? null : now.proxy();
        String failure = null;
        if (proxy == null) {
            try {
                proxy = supervise(spec);
            } catch (IOException noDirectory) {
                failure = "proxy of pool %s cannot be started: %s".formatted(spec.id(), noDirectory.getMessage());
                LOG.warn(failure);
            }
        }
        running.put(spec.id(), new Running(proxy, address(spec), failure));
    }

    private SupervisedProxy supervise(PoolSpec spec) throws IOException {
        PoolId pool = spec.id();
        Path directory = state.pool(pool);
        StateDirectory.makePrivate(directory.resolve("state"));
        Path token = tokens.fileFor(pool, directory);
        return SupervisedProxy.start(
                pool,
                directory,
                launch.command(pool, spec.terminationGracePeriod(), directory, token),
                backoff,
                random,
                () -> listener.accept(pool));
    }

    private String address(PoolSpec spec) {
        String ports = spec.listeners().stream()
                .map(Listener::port)
                .map(String::valueOf)
                .collect(Collectors.joining(","));
        boolean all = launch.bind().equals("0.0.0.0") || launch.bind().equals("::");
        return (all ? "localhost" : launch.bind()) + ":" + ports;
    }

    @Override
    public void stop(PoolId pool) {
        Running stopped = running.remove(pool);
        tokens.forget(pool);
        if (stopped != null && stopped.proxy() != null) {
            SupervisedProxy proxy = stopped.proxy();
            proxy.stop();
            Thread.ofVirtual().start(() -> awaitEnd(proxy, pool));
        }
    }

    @Override
    public State state(PoolId pool) {
        Running now = running.get(pool);
        if (now == null) {
            return new State(1, "", "", List.of());
        }
        String problem = now.proxy() == null ? now.failure() : now.proxy().problem();
        return new State(1, now.address(), "", problem == null ? List.of() : List.of(problem));
    }

    @Override
    public void onChange(Consumer<PoolId> changed) {
        this.listener = changed;
    }

    /** The pid of the pool's proxy; null while it has none. */
    @Nullable
    Long pid(PoolId pool) {
        Running now = running.get(pool);
        ProcessHandle process =
                now == null || now.proxy() == null ? null : now.proxy().process();
        return process == null ? null : process.pid();
    }

    /** Stops the proxies that an earlier operator left behind for pools that nobody wants any more. */
    void stopOthers(Iterable<PoolId> wanted) throws IOException {
        Map<PoolId, Path> others = state.pools();
        wanted.forEach(others::remove);
        for (Map.Entry<PoolId, Path> other : others.entrySet()) {
            SupervisedProxy.leftBehind(other.getValue()).ifPresent(process -> {
                PoolLog.about(
                        other.getKey(),
                        () -> LOG.infof(
                                "pool=%s proxy pid=%d stopped: the pool is gone", other.getKey(), process.pid()));
                process.destroy();
            });
        }
    }

    /** Stops all, and returns when they have ended. */
    void stopAll() {
        List<PoolId> pools = List.copyOf(running.keySet());
        pools.forEach(pool -> {
            SupervisedProxy proxy = proxy(pool);
            if (proxy != null) {
                proxy.stop();
            }
        });
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (PoolId pool : pools) {
            SupervisedProxy proxy = proxy(pool);
            if (proxy != null) {
                awaitEnd(proxy, pool, Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime())));
            }
        }
    }

    private @Nullable SupervisedProxy proxy(PoolId pool) {
        Running now = running.get(pool);
        return now == null ? null : now.proxy();
    }

    private static void awaitEnd(SupervisedProxy proxy, PoolId pool) {
        awaitEnd(proxy, pool, PATIENCE);
    }

    private static void awaitEnd(SupervisedProxy proxy, PoolId pool, Duration patience) {
        try {
            proxy.awaitEnd(patience);
            PoolLog.about(pool, () -> LOG.infof("pool=%s proxy stopped", pool));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
