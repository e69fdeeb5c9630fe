package io.backendpool.operator.cluster;

import io.backendpool.api.v1alpha1.BackendPoolOverride;
import io.backendpool.api.v1alpha1.BackendPoolOverrideStatus;
import io.backendpool.operator.pools.Overrides;
import io.backendpool.operator.status.OverrideJudgement;
import io.backendpool.operator.translate.OverrideId;
import io.backendpool.operator.translate.OverrideSpec;
import io.backendpool.operator.translate.OverrideVerdict;
import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The BackendPoolOverride resources: what they say goes to the keeper of pools, and what came of them into their status.
 * Thread-safe; the status is written by a thread of its own, only when it has changed, and again until it is written.
 */
final class ResourceOverrides implements Overrides, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ResourceOverrides.class);
    private static final long FIRST_RETRY_MILLIS = 250;
    private static final long LONGEST_RETRY_MILLIS = 30_000;

    private final KubernetesClient client;
    private final Scope scope;
    private final Predicate<PoolId> known;
    private final Clock clock;
    private final List<Watched<BackendPoolOverride>> informers = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("override-status").factory());
    private final Map<OverrideId, BackendPoolOverride> resources = new HashMap<>();
    private final Map<OverrideId, OverrideSpec> specs = new HashMap<>();
    private final Map<OverrideId, OverrideJudgement> wanted = new HashMap<>();
    private volatile Consumer<PoolId> listener = pool -> {};

    /**
     * Watches nothing before {@link #start}.
     *
     * @param known the pools that there are
     */
    ResourceOverrides(KubernetesClient client, Scope scope, Predicate<PoolId> known, Clock clock) {
        this.client = client;
        this.scope = scope;
        this.known = known;
        this.clock = clock;
    }

    /** Begins to watch; to be called once there is a listener. */
    void start() {
        scope.of(client.resources(BackendPoolOverride.class))
                .forEach(operation ->
                        informers.add(Informers.start(operation.runnableInformer(0), this::is, this::gone, () -> {})));
    }

    @Override
    public synchronized List<OverrideSpec> of(PoolId pool) {
        return specs.values().stream()
                .filter(spec -> spec.pool().equals(pool))
                .sorted(Comparator.comparing(OverrideSpec::name))
                .toList();
    }

    @Override
    public void onChange(Consumer<PoolId> listener) {
        this.listener = listener;
    }

    @Override
    public synchronized void judged(PoolId pool, List<OverrideVerdict> verdicts) {
        for (OverrideVerdict verdict : verdicts) {
            say(new OverrideId(pool.namespace(), verdict.name()), OverrideJudgement.of(verdict));
        }
    }

    private void is(BackendPoolOverride resource) {
        OverrideId id = OverrideId.of(resource.getMetadata());
        OverrideSpec before;
        OverrideSpec now = null;
        synchronized (this) {
            resources.put(id, resource);
            before = specs.get(id);
            try {
                now = OverrideSpec.read(resource);
                specs.put(id, now);
                if (!known.test(now.pool())) {
                    say(id, OverrideJudgement.of(OverrideVerdict.withoutPool(now)));
                }
            } catch (IllegalArgumentException invalid) {
                specs.remove(id);
                say(id, OverrideJudgement.invalid(String.valueOf(invalid.getMessage())));
            }
        }
        if (!Objects.equals(before, now)) {
            tell(before);
            tell(now);
        }
    }

    private void gone(BackendPoolOverride resource) {
        OverrideSpec before;
        synchronized (this) {
            OverrideId id = OverrideId.of(resource.getMetadata());
            resources.remove(id);
            wanted.remove(id);
            before = specs.remove(id);
        }
        tell(before);
    }

    private void tell(@Nullable OverrideSpec spec) {
        if (spec != null) {
            listener.accept(spec.pool());
        }
    }

    private void say(OverrideId id, OverrideJudgement judgement) {
        if (!judgement.equals(wanted.put(id, judgement)) && !writer.isShutdown()) {
            var unused = writer.schedule(() -> write(id, judgement, FIRST_RETRY_MILLIS), 0, TimeUnit.MILLISECONDS);
        }
    }

    private void write(OverrideId id, OverrideJudgement judgement, long retryMillis) {
        BackendPoolOverride resource;
        synchronized (this) {
            resource = resources.get(id);
            if (resource == null || !judgement.equals(wanted.get(id))) {
                return;
            }
        }
        BackendPoolOverrideStatus status =
                judgement.status(resource.getStatus(), resource.getMetadata().getGeneration(), clock.instant());
        if (OverrideJudgement.same(resource.getStatus(), status)) {
            return;
        }
        try {
            StatusPatch.apply(client, onlyStatus(resource, status));
            LOG.infof("pool=%s/%s override %s: %s", id.namespace(), poolOf(resource), id.name(), judgement.message());
        } catch (RuntimeException failed) {
            LOG.warnf(
                    "the status of override %s/%s cannot be written, tried again in %d ms: %s",
                    id.namespace(), id.name(), retryMillis, ApiProblem.of(failed));
            if (!writer.isShutdown()) {
                long next = Math.min(retryMillis * 2, LONGEST_RETRY_MILLIS);
                var unused = writer.schedule(() -> write(id, judgement, next), retryMillis, TimeUnit.MILLISECONDS);
            }
        }
    }

    private static String poolOf(BackendPoolOverride resource) {
        return resource.getSpec() == null ? "?" : String.valueOf(resource.getSpec().pool);
    }

    private static BackendPoolOverride onlyStatus(BackendPoolOverride resource, BackendPoolOverrideStatus status) {
        BackendPoolOverride only = new BackendPoolOverride();
        only.setMetadata(StatusPatch.metadataOf(resource));
        only.setSpec(null);
        only.setStatus(status);
        return only;
    }

    @Override
    public void close() {
        writer.shutdownNow();
        informers.forEach(Watched::close);
    }
}
