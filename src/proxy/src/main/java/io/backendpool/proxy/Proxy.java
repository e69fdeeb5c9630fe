package io.backendpool.proxy;

import io.backendpool.control.LastKnownGood;
import io.backendpool.pool.health.ProxySeat;
import io.backendpool.proxy.ProxyConfig.AccessLogTarget;
import io.backendpool.proxy.admin.AdminServer;
import io.backendpool.proxy.admin.ProxyView;
import io.backendpool.proxy.compiler.CompilerThreads;
import io.backendpool.proxy.control.ControlClient;
import io.backendpool.proxy.control.ControlSettings;
import io.backendpool.proxy.control.ControlState;
import io.backendpool.proxy.listener.Listeners;
import io.backendpool.proxy.probe.HealthMonitor;
import io.backendpool.proxy.probe.HealthView;
import io.backendpool.proxy.tls.TlsEngine;
import io.backendpool.proxy.traffic.AccessLogFormat;
import io.backendpool.proxy.traffic.RingAccessLog;
import io.backendpool.proxy.traffic.TrafficRecorder;
import io.backendpool.proxy.upstream.PoolHolder;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.backendpool.proxy.warmup.WarmUp;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.transport.Transport;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One proxy: the traffic's event loops, and beside them, on loops of their own, the admin port, the probes and the control
 * channel. Started and stopped once.
 *
 * <p>Thread: {@link #start} and {@link #stop} block and belong to the process's main thread (or a test's); the rest may be
 * called by any.
 */
public final class Proxy {
    /** Where in its life a proxy is; it only moves forward. */
    enum Phase {
        /** Takes pools and traffic as far as it can, but is cold. */
        WARMING,
        /** All that is its own affair is done; whether it is ready depends on a pool. */
        WARM,
        /** Asked to stop: no new connections; what is under way may finish. */
        DRAINING,
        STOPPED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);
    /** Admin and probes: neither waits for the other. */
    private static final int SIDE_LOOPS = 2;
    /** What the end of everything that has nothing to wait for may take. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final ProxyConfig config;
    private final ProxyView.Identity identity;
    private final Vertx traffic;
    private final Vertx side;
    private final PoolHolder pools = new PoolHolder();
    private final TrafficRecorder recorder = new TrafficRecorder(System::nanoTime);
    private final @Nullable RingAccessLog accessLog;
    private final Listeners listeners;
    private final HealthMonitor monitor;
    private final LiveDataPlane dataPlane;
    private final AdminServer admin;
    private final CompilerThreads compilers = CompilerThreads.ofThisProcess();
    private volatile Phase phase = Phase.WARMING;
    private volatile @Nullable ControlClient control;
    private volatile int adminPort;

    private Proxy(ProxyConfig config, Transport transport, @Nullable RingAccessLog accessLog) {
        this.accessLog = accessLog;
        this.config = config;
        this.identity = new ProxyView.Identity(
                config.pool(),
                config.name(),
                ProxyVersion.current(),
                transport.name(),
                TlsEngine.best().word(),
                config.eventLoops(),
                Instant.now());
        this.traffic = EventLoops.create(config.eventLoops(), transport);
        this.side = EventLoops.create(SIDE_LOOPS, transport);
        ProxyLimits limits = ProxyLimits.defaults().withDrainDeadline(config.drainDeadline());
        this.listeners = new Listeners(traffic, config.bind(), pools, recorder, limits, accessLog);
        this.monitor = new HealthMonitor(
                side,
                pools,
                Clock.systemUTC(),
                System::nanoTime,
                new Random(),
                config.zone(),
                ProxySeat.byName(config.name()));
        this.dataPlane =
                new LiveDataPlane(config.pool(), traffic, listeners, monitor, recorder, () -> notReady() == null);
        this.admin = new AdminServer(side, this::notReady, this::view);
    }

    /**
     * Starts a proxy: the admin port listens when this returns, the rest is under way.
     *
     * @throws StartFailedException where it cannot begin; nothing is left behind
     */
    public static Proxy start(ProxyConfig config) throws StartFailedException {
        TransportChoice.Chosen chosen = config.transport().resolve();
        if (chosen.fallback() != null) {
            LOG.warn("pool={} {}", config.pool(), chosen.fallback());
        }
        Proxy proxy = new Proxy(config, chosen.transport(), accessLog(config.accessLog()));
        try {
            proxy.begin();
            return proxy;
        } catch (StartFailedException | RuntimeException e) {
            proxy.close();
            throw e;
        }
    }

    private static @Nullable RingAccessLog accessLog(AccessLogTarget target) throws StartFailedException {
        return switch (target) {
            case ProxyConfig.NoAccessLog() -> null;
            case ProxyConfig.StandardOutput(AccessLogFormat format) ->
                new RingAccessLog(format, new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
            case ProxyConfig.LogFile(Path path, AccessLogFormat format) -> accessLogFile(path, format);
        };
    }

    private static RingAccessLog accessLogFile(Path path, AccessLogFormat format) throws StartFailedException {
        try {
            return RingAccessLog.toFile(format, path);
        } catch (IOException e) {
            throw new StartFailedException(
                    "--access-log: " + path + " (expected: a file that can be written to): " + e);
        }
    }

    private void begin() throws StartFailedException {
        try {
            adminPort = admin.listen(config.admin().host(), config.admin().port())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw new StartFailedException("--admin: %s cannot be bound: %s (expected: a free port of this host)"
                    .formatted(config.admin(), bindFailure(e.getCause())));
        }
        AdminPortFile.write(config.stateDirectory(), adminPort);
        LOG.info(
                "pool={} proxy={} version={} starts: admin={} control={} transport={} tls={} event loops={}",
                identity.pool(),
                identity.proxy(),
                identity.version(),
                new HostPort(config.admin().host(), adminPort),
                config.control(),
                identity.transport(),
                identity.tls(),
                identity.eventLoops());
        String withoutCache = AotCache.problem();
        if (withoutCache != null) {
            LOG.warn("pool={} {}", identity.pool(), withoutCache);
        }
        String noShortSlices = compilers.useShortSlices();
        if (noShortSlices != null) {
            LOG.info("pool={} the JVM's compilers may keep a request waiting: {}", identity.pool(), noShortSlices);
        }
        control = ControlClient.start(controlSettings(), dataPlane, Clock.systemUTC(), new Random());
        warmUp();
    }

    private static String bindFailure(@Nullable Throwable cause) {
        return cause instanceof BindException ? "address already in use" : String.valueOf(cause);
    }

    private ControlSettings controlSettings() {
        return new ControlSettings(
                config.pool(),
                config.name(),
                identity.version(),
                config.control().host(),
                config.control().port(),
                config.controlCa(),
                config.tokenFile(),
                config.stateDirectory(),
                config.bootstrap(),
                config.zone());
    }

    private void warmUp() {
        if (config.warmUp().isZero()) {
            warm("is cold, not warmed up as configured");
            return;
        }
        WarmUp warmUp = new WarmUp(traffic, side, config.eventLoops(), WarmUp.REQUESTS, config.warmUp());
        Warming warming = new Warming(warmUp::run, this::warm);
        var unused = dataPlane.firstPool().thenAccept(warming::poolIsLive);
        warming.start(side, hasPoolOnDisk());
    }

    private boolean hasPoolOnDisk() {
        Path bootstrap = config.bootstrap();
        Path state = config.stateDirectory();
        return (bootstrap != null && Files.exists(bootstrap))
                || (state != null && Files.exists(state.resolve(LastKnownGood.FILE_NAME)));
    }

    private synchronized void warm(String how) {
        if (phase != Phase.WARMING) {
            return;
        }
        phase = Phase.WARM;
        compilers.stepBack();
        side.setPeriodic(CompilerThreads.INTERVAL.toMillis(), timer -> {
            if (compilers.stepBackOnceQuiet()) {
                side.cancelTimer(timer);
            }
        });
        LOG.info(
                "pool={} request path {}; {} ms after the start of the process", identity.pool(), how, processMillis());
    }

    private long processMillis() {
        return ManagementFactory.getRuntimeMXBean().getUptime();
    }

    /** Why the proxy takes no traffic, one sentence; null: it does. */
    public @Nullable String notReady() {
        return switch (phase) {
            case DRAINING, STOPPED -> "draining: the proxy was asked to stop";
            case WARMING -> "warming up the request path";
            case WARM -> dataPlane.isLive() ? null : "no complete revision of pool " + identity.pool() + " is live yet";
        };
    }

    /** Where the admin port listens. */
    public int adminPort() {
        return adminPort;
    }

    private ProxyView view() {
        HealthView health = monitor.view();
        return new ProxyView(
                identity,
                notReady(),
                health == null ? null : health.live(),
                dataPlane.status(health),
                controlState(),
                recorder.totals(),
                accessLog == null
                        ? new ProxyView.AccessLogCounts(0, 0)
                        : new ProxyView.AccessLogCounts(accessLog.written(), accessLog.dropped()),
                new ProxyView.ProbeCounts(
                        monitor.probesSucceeded(),
                        monitor.probesFailed(),
                        monitor.agentsUnderstood(),
                        monitor.agentsRubbish(),
                        monitor.agentsSilent()),
                health == null ? List.of() : health.agents());
    }

    private ControlState controlState() {
        ControlClient client = control;
        return client == null ? new ControlState(false, false, identity.started(), null, null, null) : client.state();
    }

    /**
     * Drains and stops: not ready first, then the operator is told, no new connections are taken, and requests under way
     * may finish until the deadline. Returns when all is closed.
     */
    public void stop() {
        synchronized (this) {
            if (phase == Phase.DRAINING || phase == Phase.STOPPED) {
                return;
            }
            phase = Phase.DRAINING;
        }
        dataPlane.close();
        LOG.info(
                "pool={} draining: connections={} deadline={}s",
                identity.pool(),
                listeners.connections(),
                config.stopDeadline().toSeconds());
        ControlClient client = control;
        if (client != null) {
            client.close();
        }
        await(
                Future.fromCompletionStage(listeners.drain(config.stopDeadline())),
                config.stopDeadline().plus(CLOSE_LIMIT),
                "listeners");
        close();
        LOG.info("pool={} stopped", identity.pool());
    }

    private void close() {
        phase = Phase.STOPPED;
        await(Future.fromCompletionStage(monitor.close()), CLOSE_LIMIT, "probes");
        await(admin.close(), CLOSE_LIMIT, "admin port");
        AdminPortFile.delete(config.stateDirectory());
        await(Future.join(traffic.close(), side.close()), CLOSE_LIMIT, "event loops");
        if (accessLog != null) {
            accessLog.close();
        }
    }

    /** What does not end in time is left to the end of the process. */
    private void await(Future<?> end, Duration limit, String what) {
        try {
            end.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("pool={} {} did not close within {}s", identity.pool(), what, limit.toSeconds());
        } catch (RuntimeException e) {
            LOG.warn("pool={} {} did not close in order: {}", identity.pool(), what, e.toString());
        }
    }
}
