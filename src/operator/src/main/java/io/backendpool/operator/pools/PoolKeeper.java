package io.backendpool.operator.pools;

import io.backendpool.control.PublishedPool;
import io.backendpool.operator.control.ConnectedProxy;
import io.backendpool.operator.dns.DnsResolver;
import io.backendpool.operator.dns.NameFollower;
import io.backendpool.operator.logs.PoolLog;
import io.backendpool.operator.status.PoolFacts;
import io.backendpool.operator.status.ReportMerger;
import io.backendpool.operator.status.StatusAggregator;
import io.backendpool.operator.status.TakeOver;
import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.operator.translate.SecretId;
import io.backendpool.operator.translate.ServiceId;
import io.backendpool.operator.translate.SnapshotTranslator;
import io.backendpool.operator.translate.Translation;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.SessionKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps every pool as somebody wants it: a wish, a change of a Service's endpoints, of a Secret or of DNS is translated and
 * published; what proxies say becomes status.
 *
 * <pre>
 *   PoolSource --> upsert/remove --> translate --> ProxyChannel.publish --> proxies
 *   NameFollower, Services, Secrets /                                         |
 *   StatusSink <-- at most once a second, when changed <-- aggregate <-- reports
 * </pre>
 *
 * <p>State belongs to one thread of its own; every method may be called from any.
 */
public final class PoolKeeper implements PoolSink, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PoolKeeper.class);
    /** How late it may be said that a certificate has come to its end. */
    private static final Duration TIME_CHECK = Duration.ofMinutes(1);

    /** An override may end later than a timer can count: then it looks again. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(1);

    private final ProxyChannel channel;
    private final ProxyHost host;
    private final StatusSink statusSink;
    private final StatusWriter.Means statuses;
    private final Clock clock;
    private final LastPublished lastPublished;
    private final NameFollower names;
    private final Services services;
    private final Secrets secrets;
    private final Overrides overrides;
    private final Function<PoolId, SessionKeys> sessionKeys;
    /** Changes of a Service that come while one is still to be worked off are that one. */
    private final Set<ServiceId> servicesDue = ConcurrentHashMap.newKeySet();

    private final Set<SecretId> secretsDue = ConcurrentHashMap.newKeySet();

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("pools").factory());
    private final Map<PoolId, Kept> pools = new TreeMap<>();

    private final class Kept {
        final StatusWriter status;
        PoolSpec spec;

        @Nullable
        Translation published;

        /** When it is translated again because an override ends. */
        @Nullable
        Instant expiryDue;

        List<String> problems = List.of();

        Kept(PoolSpec spec) {
            this.spec = spec;
            this.status = new StatusWriter(spec.id(), statuses, () -> view(this));
        }
    }

    /**
     * Keeps no pool yet; sources call the methods of {@link PoolSink}.
     *
     * @param services to follow, where there are some
     * @param secrets the same
     * @param overrides the same
     * @param sessionKeys those of a pool, as they are now
     * @param lastPublished where a name's last addresses are found when DNS is down at the start
     */
    public PoolKeeper(
            ProxyChannel channel,
            ProxyHost host,
            StatusSink statusSink,
            DnsResolver dns,
            Services services,
            Secrets secrets,
            Overrides overrides,
            Function<PoolId, SessionKeys> sessionKeys,
            LastPublished lastPublished,
            Clock clock) {
        this(
                channel,
                host,
                statusSink,
                dns,
                services,
                secrets,
                overrides,
                sessionKeys,
                lastPublished,
                TakeOver.GRACE,
                StatusAggregator.DRAIN_INTERVAL,
                clock);
    }

    /**
     * Keeps no pool yet, and waits as it is told.
     *
     * @param grace how long proxies may take to dial again before their silence is news
     * @param secondLook after what time a status that holds something back is looked at again
     */
    PoolKeeper(
            ProxyChannel channel,
            ProxyHost host,
            StatusSink statusSink,
            DnsResolver dns,
            Services services,
            Secrets secrets,
            Overrides overrides,
            Function<PoolId, SessionKeys> sessionKeys,
            LastPublished lastPublished,
            Duration grace,
            Duration secondLook,
            Clock clock) {
        this.channel = channel;
        this.host = host;
        this.statusSink = statusSink;
        this.statuses = new StatusWriter.Means(statusSink, this::later, grace, secondLook, clock);
        this.clock = clock;
        this.lastPublished = lastPublished;
        this.names = new NameFollower(dns, this::formerAnswers, clock, name -> execute(() -> retranslate(name)));
        this.services = services;
        services.onChange(this::serviceChanged);
        this.secrets = secrets;
        secrets.onChange(this::secretChanged);
        this.overrides = overrides;
        this.sessionKeys = sessionKeys;
        overrides.onChange(pool -> execute(pool, () -> retranslate(pool)));
        channel.onChange(pool -> execute(pool, () -> statusDue(pool)));
        host.onChange(pool -> execute(pool, () -> statusDue(pool)));
        var unused = thread.scheduleWithFixedDelay(
                () -> guarded(this::timePasses), TIME_CHECK.toMillis(), TIME_CHECK.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void upsert(PoolSpec spec) {
        execute(spec.id(), () -> {
            Kept kept = pools.computeIfAbsent(spec.id(), id -> new Kept(spec));
            kept.spec = spec;
            kept.problems = List.of();
            followServices();
            followSecrets();
            followNames();
            host.run(spec);
            translate(kept);
            kept.status.due();
        });
    }

    @Override
    public void remove(PoolId pool) {
        execute(pool, () -> {
            Kept kept = pools.remove(pool);
            if (kept != null) {
                kept.status.stop();
                LOG.infof("pool=%s removed", pool);
                followServices();
                followSecrets();
                followNames();
                host.stop(pool);
                channel.withdraw(pool);
                statusSink.forget(pool);
            }
        });
    }

    @Override
    public void problems(PoolId pool, List<String> problems) {
        execute(pool, () -> {
            Kept kept = pools.get(pool);
            if (kept != null && !kept.problems.equals(problems)) {
                kept.problems = List.copyOf(problems);
                kept.status.due();
            }
        });
    }

    /** All pools that have been published, in the order of their names, as they are now. */
    public List<PoolView> views() {
        return onThread(() ->
                pools.values().stream().map(this::view).filter(Objects::nonNull).toList());
    }

    /** Looks at every status again: something has changed that all of them tell. */
    public void refresh() {
        execute(() -> pools.values().forEach(kept -> kept.status.due()));
    }

    /** Writes every status that has changed, without waiting for its second, and as it is known now. */
    public void flush() {
        onThread(() -> {
            pools.values().forEach(kept -> {
                kept.status.endTakeOver();
                kept.status.write();
            });
            return true;
        });
    }

    private void followServices() {
        Set<ServiceId> wanted = new HashSet<>();
        pools.values().forEach(kept -> wanted.addAll(kept.spec.services()));
        services.follow(wanted);
    }

    private void followSecrets() {
        Set<SecretId> wanted = new HashSet<>();
        pools.values().forEach(kept -> wanted.addAll(kept.spec.secrets()));
        secrets.follow(wanted);
    }

    private void followNames() {
        Set<String> wanted = new HashSet<>();
        pools.values().forEach(kept -> wanted.addAll(names(kept)));
        names.follow(wanted);
    }

    private Set<String> names(Kept kept) {
        return SnapshotTranslator.names(kept.spec, services::state);
    }

    /** Of the pools that use the name, the first that has a copy knows what it stood for. Not on the keeper's thread. */
    private List<String> formerAnswers(String name) throws IOException {
        List<PoolId> users = onThread(() -> pools.values().stream()
                .filter(kept -> names(kept).contains(name))
                .map(kept -> kept.spec.id())
                .toList());
        for (PoolId pool : users) {
            List<String> addresses = formerAnswers(pool, name);
            if (!addresses.isEmpty()) {
                return addresses;
            }
        }
        return List.of();
    }

    private List<String> formerAnswers(PoolId pool, String name) throws IOException {
        PoolSnapshot copy;
        try {
            copy = PoolLog.about(pool, () -> {
                try {
                    return lastPublished.of(pool);
                } catch (IOException notNow) {
                    throw new UncheckedIOException(notNow);
                }
            });
        } catch (UncheckedIOException notNow) {
            throw notNow.getCause();
        }
        return copy == null
                ? List.of()
                : copy.backends().stream()
                        .filter(backend -> name.equals(backend.origin()))
                        .map(backend -> backend.key().host())
                        .toList();
    }

    private void retranslate(String name) {
        for (Kept kept : pools.values()) {
            if (names(kept).contains(name)) {
                translate(kept);
                kept.status.due();
            }
        }
    }

    private void retranslate(PoolId pool) {
        Kept kept = pools.get(pool);
        if (kept != null) {
            translate(kept);
            kept.status.due();
        }
    }

    private void serviceChanged(ServiceId service) {
        if (servicesDue.add(service)) {
            execute(() -> {
                servicesDue.remove(service);
                // A Service may have become another name, or stopped being one.
                followNames();
                for (Kept kept : pools.values()) {
                    if (kept.spec.services().contains(service)) {
                        translate(kept);
                        kept.status.due();
                    }
                }
            });
        }
    }

    private void secretChanged(SecretId secret) {
        if (secretsDue.add(secret)) {
            execute(() -> {
                secretsDue.remove(secret);
                for (Kept kept : pools.values()) {
                    if (kept.spec.secrets().contains(secret)) {
                        translate(kept);
                        kept.status.due();
                    }
                }
            });
        }
    }

    /** Certificates expire without anybody touching their Secret, and keys of sessions come and go. */
    private void timePasses() {
        for (Kept kept : pools.values()) {
            if (!kept.spec.secrets().isEmpty() || kept.spec.session() != null) {
                translate(kept);
                kept.status.due();
            }
        }
    }

    /**
     * Publishes what the spec comes to. A snapshot without the backends of a name that is just being looked up would take
     * them away from proxies that use them, so it waits; a lookup ends within seconds, one way or the other.
     */
    private void translate(Kept kept) {
        PoolLog.about(kept.spec.id(), () -> publish(kept));
    }

    private void publish(Kept kept) {
        Translation translation = SnapshotTranslator.translate(
                kept.spec,
                names::resolution,
                services::state,
                secrets::state,
                overrides.of(kept.spec.id()),
                sessionKeys.apply(kept.spec.id()),
                clock.instant());
        Translation before = kept.published;
        awaitExpiry(kept, translation.nextExpiry());
        if (before == null || !before.overrides().equals(translation.overrides())) {
            overrides.judged(kept.spec.id(), translation.overrides());
        }
        if (!translation.complete() || translation.equals(before)) {
            return;
        }
        translation.findings().stream()
                .filter(finding -> before == null || !before.findings().contains(finding))
                .forEach(finding -> LOG.warnf("pool=%s %s", kept.spec.id(), finding));
        PublishedPool published = channel.publish(translation.snapshot());
        if (before == null || !before.snapshot().equals(translation.snapshot())) {
            LOG.infof(
                    "pool=%s revision=%s published groups=%d backends=%d",
                    kept.spec.id(),
                    published.revision(),
                    translation.snapshot().groups().size(),
                    translation.snapshot().backends().size());
        }
        kept.published = translation;
    }

    /** An override ends at its time, not a minute later. */
    private void awaitExpiry(Kept kept, @Nullable Instant expiry) {
        if (expiry == null || expiry.equals(kept.expiryDue)) {
            return;
        }
        kept.expiryDue = expiry;
        PoolId pool = kept.spec.id();
        Duration wait = Duration.between(clock.instant(), expiry).plusMillis(1);
        later(wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT, () -> {
            if (pools.get(pool) == kept && expiry.equals(kept.expiryDue)) {
                kept.expiryDue = null;
                retranslate(pool);
            }
        });
    }

    private void statusDue(PoolId pool) {
        Kept kept = pools.get(pool);
        if (kept != null) {
            kept.status.due();
        }
    }

    private @Nullable PoolView view(Kept kept) {
        PublishedPool published = channel.published(kept.spec.id());
        Translation translation = kept.published;
        if (published == null || translation == null) {
            return null;
        }
        ProxyHost.State state = host.state(kept.spec.id());
        List<ConnectedProxy> proxies = channel.proxies(kept.spec.id());
        PoolFacts facts = new PoolFacts(
                kept.spec,
                translation,
                published,
                proxies,
                state.desired(),
                state.address(),
                state.selector(),
                kept.problems,
                state.problems(),
                channel.certificates(),
                kept.status.takeOver(proxies, state.desired()));
        return new PoolView(facts, ReportMerger.merge(published, facts.proxies()));
    }

    private void execute(PoolId pool, Runnable step) {
        execute(() -> PoolLog.about(pool, () -> guarded(step)));
    }

    private void execute(Runnable step) {
        try {
            thread.execute(() -> guarded(step));
        } catch (RejectedExecutionException closed) {
            // What comes after close() is of no interest.
        }
    }

    private void later(Duration wait, Runnable step) {
        var unused = thread.schedule(() -> guarded(step), wait.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** One pool's defect must not take the thread, and with it all other pools, along. */
    private static void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException defect) {
            LOG.error("internal error; the last good state goes on", defect);
        }
    }

    private <T> T onThread(Callable<T> step) {
        try {
            return thread.submit(step).get();
        } catch (ExecutionException | InterruptedException failed) {
            if (failed instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException(failed);
        }
    }

    /** Keeps no more. Proxies and what is published stay as they are. */
    @Override
    public void close() {
        names.close();
        thread.shutdownNow();
    }
}
