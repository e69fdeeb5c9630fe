package io.backendpool.operator.standalone;

import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.operator.certificates.CertificateAuthority;
import io.backendpool.operator.certificates.CertificateExpiry;
import io.backendpool.operator.certificates.CertificatePolicy;
import io.backendpool.operator.certificates.CertificateRenewal;
import io.backendpool.operator.certificates.DirectoryCertificateStore;
import io.backendpool.operator.control.ControlServer;
import io.backendpool.operator.control.ControlServerConfig;
import io.backendpool.operator.control.FileRevisionStore;
import io.backendpool.operator.dns.DnsResolver;
import io.backendpool.operator.pools.ControlServerChannel;
import io.backendpool.operator.pools.PoolKeeper;
import io.backendpool.operator.pools.Services;
import io.backendpool.operator.pools.StatusSink;
import io.backendpool.operator.secrets.PublishedCertificates;
import io.backendpool.operator.sessions.SessionKeyring;
import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.operator.validate.ManifestCheck;
import io.backendpool.operator.validate.ManifestValidator;
import io.backendpool.operator.validate.Problem;
import io.backendpool.pool.Listener;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The operator without a cluster: wires pools from files, proxies as processes and status into files to the parts that
 * both modes share. {@link #start} and {@link #close} read as the table of contents.
 */
public final class Standalone implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Standalone.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration CERTIFICATE_CHECK = Duration.ofMinutes(1);

    /** What was opened, the newest first: closed in that order. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    private @Nullable ManifestSource source;
    private @Nullable ProxyProcesses processes;

    private Standalone() {}

    /**
     * Starts everything.
     *
     * @param prelude for what must run before the first pool does
     * @param out for the live view
     * @throws IOException what is needed cannot be had: the state directory, a port, a manifest; the message is for people.
     *     What was opened by then is closed again
     */
    public static Standalone start(StandaloneOptions options, Prelude prelude, PrintStream out, Clock clock)
            throws IOException {
        Standalone standalone = new Standalone();
        try {
            standalone.open(options, prelude, out, clock);
            return standalone;
        } catch (IOException | RuntimeException failed) {
            standalone.close();
            throw failed;
        }
    }

    private void open(StandaloneOptions options, Prelude prelude, PrintStream out, Clock clock) throws IOException {
        StateDirectory state = opened(StateDirectory.open(options.stateDirectory()));
        state.remember(options.manifests());
        ManifestValidator validator = new ManifestValidator();
        opened(prelude.begin(checkBeforehand(options, state, validator)));

        ProxyTokens tokens = new ProxyTokens(new SecureRandom());
        for (Map.Entry<PoolId, Path> known : state.pools().entrySet()) {
            tokens.fileFor(known.getKey(), known.getValue());
        }
        DirectoryCertificateStore certificates = new DirectoryCertificateStore(state.certificates());
        CertificateAuthority authority =
                CertificateAuthority.open(certificates, CertificatePolicy.forThisHost(), clock);
        ControlServer control = opened(controlServer(state, authority, tokens, clock));
        Files.writeString(state.controlPort(), control.port() + "\n");

        ProxyLaunch launch = new ProxyLaunch(
                options.proxyProgram(), LOOPBACK + ":" + control.port(), certificates.trustBundle(), options.bind());
        ProxyProcesses proxies = new ProxyProcesses(state, tokens, launch, Backoff.OF_PROXIES, new Random());
        processes = proxies;
        SessionKeyring keyring = SessionKeyring.open(certificates, new SecureRandom(), clock);
        StatusDocuments statuses = new StatusDocuments();
        FileOverrides overrides =
                new FileOverrides(opened(new OverrideStatusFiles(options.manifests(), statuses, clock)));
        ManifestSource manifests = new ManifestSource(options.manifests(), files -> validator.check(files), overrides);
        source = manifests;

        StatusFiles files = new StatusFiles(manifests::manifestOf, statuses);
        boolean table = !options.plain() && Terminal.isTerminal();
        StatusLines lines = new StatusLines(table ? line -> {} : out::println);
        SecretFiles secrets = opened(new SecretFiles(
                options.secrets(), clock, new PublishedCertificates(state::lastPublished, state::pools)));
        PoolKeeper keeper = opened(new PoolKeeper(
                new ControlServerChannel(control),
                proxies,
                both(files, lines),
                DnsResolver.ofSystem(),
                Services.NONE,
                secrets,
                overrides,
                keyring::keys,
                state::lastPublished,
                clock));
        CertificateRenewal.Duty duty = () -> {
            authority.tick();
            keyring.tick();
        };
        opened(CertificateRenewal.start(authority, duty, certificates(keeper), CERTIFICATE_CHECK, clock));
        if (table) {
            LogTail log = opened(LogTail.into(state.root().resolve("operator.log")));
            TableText text = new TableText(Terminal.color(System.getenv()), Terminal.columns(System.getenv()));
            LiveTable live = opened(new LiveTable(keeper::views, manifests::everyProblem, log, text, out, clock));
            live.start();
        }
        // The last status says that no proxy runs any more.
        opened.push(() -> {
            proxies.stopAll();
            keeper.flush();
        });
        opened.push(manifests);
        manifests.start(keeper);
        if (manifests.problems().isEmpty()) {
            proxies.stopOthers(manifests.live().keySet());
        }
    }

    private static ControlServer controlServer(
            StateDirectory state, CertificateAuthority authority, ProxyTokens tokens, Clock clock) throws IOException {
        int wanted = rememberedPort(state.controlPort());
        FileRevisionStore revisions = new FileRevisionStore(state.revisions());
        if (wanted != 0 && !Ports.free(LOOPBACK, wanted)) {
            // Proxies that go on from earlier dial a port that is lost: they are replaced, for their options differ.
            LOG.warnf("control port %d is taken: another one is used", wanted);
            wanted = 0;
        }
        return ControlServer.start(ControlServerConfig.on(LOOPBACK, wanted), authority, tokens, revisions, clock);
    }

    private static int rememberedPort(Path file) {
        try {
            int port = Integer.parseInt(Files.readString(file).strip());
            return port > 0 && port <= 65_535 ? port : 0;
        } catch (IOException | NumberFormatException firstTime) {
            return 0;
        }
    }

    /** Says what cannot work before anything is started. */
    private static List<PoolSpec> checkBeforehand(
            StandaloneOptions options, StateDirectory state, ManifestValidator validator) throws IOException {
        for (Path manifest : options.manifests()) {
            if (!Files.exists(manifest)) {
                throw new IOException(manifest + ": not found (expected: a BackendPool manifest, or a folder of them)");
            }
        }
        ManifestCheck check = validator.check(ManifestWatcher.manifests(options.manifests()));
        ManifestRules.Outcome outcome = ManifestRules.apply(check.pools(), Map.of());
        boolean somethingRuns = false;
        for (Path directory : state.pools().values()) {
            somethingRuns |= SupervisedProxy.leftBehind(directory).isPresent();
        }
        if (outcome.good().isEmpty() && !somethingRuns) {
            StringBuilder text = new StringBuilder();
            check.problems().forEach(problem -> text.append(problem).append('\n'));
            outcome.problems().forEach(problem -> text.append(problem).append('\n'));
            throw new IOException(text + "no valid BackendPool in " + options.manifests() + ": nothing to run");
        }
        for (LivePool pool : outcome.good().values()) {
            if (SupervisedProxy.leftBehind(state.pool(pool.spec().id())).isPresent()) {
                continue;
            }
            for (Listener listener : pool.spec().listeners()) {
                if (!Ports.free(options.bind(), listener.port())) {
                    throw new IOException(
                            "%s:%d: port %d of listener %s is taken by another program (expected: a free port on %s)"
                                    .formatted(
                                            pool.file(),
                                            pool.line(),
                                            listener.port(),
                                            listener.name(),
                                            options.bind()));
                }
            }
        }
        return outcome.good().values().stream().map(LivePool::spec).toList();
    }

    /** Proxies read the bundle from its file when they dial. */
    private static CertificateRenewal.Listener certificates(PoolKeeper keeper) {
        return new CertificateRenewal.Listener() {
            @Override
            public void trustChanged() {}

            @Override
            public void renewed(CertificateExpiry expiry) {
                keeper.refresh();
            }

            @Override
            public void notRenewed(CertificateExpiry expiry, String cause) {}
        };
    }

    private static StatusSink both(StatusSink first, StatusSink second) {
        return new StatusSink() {
            @Override
            public @Nullable BackendPoolStatus last(PoolId pool) {
                return first.last(pool);
            }

            @Override
            public void write(PoolId pool, BackendPoolStatus status) {
                first.write(pool, status);
                second.write(pool, status);
            }

            @Override
            public void forget(PoolId pool) {
                first.forget(pool);
                second.forget(pool);
            }
        };
    }

    /** The last good pools. */
    public Map<PoolId, LivePool> pools() {
        ManifestSource manifests = source;
        return manifests == null ? Map.of() : manifests.live();
    }

    /** What is wrong with the manifests now. */
    public List<Problem> problems() {
        ManifestSource manifests = source;
        return manifests == null ? List.of() : manifests.everyProblem();
    }

    /** The pid of the proxy of {@code pool}; null while there is none. */
    public @Nullable Long proxyPid(PoolId pool) {
        ProxyProcesses proxies = processes;
        return proxies == null ? null : proxies.pid(pool);
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Stops in order: no more edits, the proxies (they drain), the table, the control channel, the lock. */
    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception oneOfMany) {
                // The others must be closed all the same.
                LOG.warnf("while stopping: %s", oneOfMany.getMessage());
            }
        }
    }
}
