package io.backendpool.operator.cluster;

import io.backendpool.api.v1alpha1.BackendPoolOverride;
import io.backendpool.api.v1alpha1.BackendPoolOverrideStatus;
import io.backendpool.operator.pools.Overrides;
import io.backendpool.operator.translate.OverrideSpec;
import io.backendpool.operator.translate.OverrideVerdict;
import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
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

    private record Key(String namespace, String name) {
        static Key of(BackendPoolOverride resource) {
            return new Key(
                    resource.getMetadata().getNamespace(),
                    resource.getMetadata().getName());
        }
    }

    /** The two conditions in words. */
    private record Judgement(boolean accepted, boolean active, String reason, String message) {
        static Judgement of(OverrideVerdict verdict) {
            String reason =
                    switch (verdict.reason()) {
                        case ACTIVE -> "Active";
                        case EXPIRED -> "Expired";
                        case GROUP_NOT_FOUND -> "GroupNotFound";
                        case BACKEND_NOT_FOUND -> "BackendNotFound";
                        case REPLACED -> "Replaced";
                        case TOO_MANY -> "TooMany";
                    };
            return new Judgement(verdict.reason().isAccepted(), verdict.reason().isActive(), reason, verdict.message());
        }
    }

    private final KubernetesClient client;
    private final Scope scope;
    private final Predicate<PoolId> known;
    private final Clock clock;
    private final List<Watched<BackendPoolOverride>> informers = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("override-status").factory());
    private final Map<Key, BackendPoolOverride> resources = new HashMap<>();
    private final Map<Key, OverrideSpec> specs = new HashMap<>();
    private final Map<Key, Judgement> wanted = new HashMap<>();
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
            say(new Key(pool.namespace(), verdict.name()), Judgement.of(verdict));
        }
    }

    private void is(BackendPoolOverride resource) {
        Key key = Key.of(resource);
        OverrideSpec before;
        OverrideSpec now = null;
        synchronized (this) {
            resources.put(key, resource);
            before = specs.get(key);
            try {
                now = OverrideSpec.read(resource);
                specs.put(key, now);
                if (!known.test(now.pool())) {
                    String message = "there is no pool %s".formatted(now.pool());
                    say(key, new Judgement(false, false, "PoolNotFound", message));
                }
            } catch (IllegalArgumentException invalid) {
                specs.remove(key);
                say(key, new Judgement(false, false, "Invalid", String.valueOf(invalid.getMessage())));
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
            Key key = Key.of(resource);
            resources.remove(key);
            wanted.remove(key);
            before = specs.remove(key);
        }
        tell(before);
    }

    private void tell(@Nullable OverrideSpec spec) {
        if (spec != null) {
            listener.accept(spec.pool());
        }
    }

    private void say(Key key, Judgement judgement) {
        if (!judgement.equals(wanted.put(key, judgement)) && !writer.isShutdown()) {
            var unused = writer.schedule(() -> write(key, judgement, FIRST_RETRY_MILLIS), 0, TimeUnit.MILLISECONDS);
        }
    }

    private void write(Key key, Judgement judgement, long retryMillis) {
        BackendPoolOverride resource;
        synchronized (this) {
            resource = resources.get(key);
            if (resource == null || !judgement.equals(wanted.get(key))) {
                return;
            }
        }
        BackendPoolOverrideStatus status = status(resource, judgement);
        if (resource.getStatus() != null && same(resource.getStatus(), status)) {
            return;
        }
        try {
            client.resource(onlyStatus(resource, status))
                    .subresource("status")
                    .patch(new PatchContext.Builder()
                            .withPatchType(PatchType.SERVER_SIDE_APPLY)
                            .withFieldManager(ResourceStatusSink.FIELD_MANAGER)
                            .withForce(true)
                            .build());
            LOG.infof("pool=%s/%s override %s: %s", key.namespace, poolOf(resource), key.name, judgement.message);
        } catch (RuntimeException failed) {
            LOG.warnf(
                    "the status of override %s/%s cannot be written, tried again in %d ms: %s",
                    key.namespace, key.name, retryMillis, ApiProblem.of(failed));
            if (!writer.isShutdown()) {
                long next = Math.min(retryMillis * 2, LONGEST_RETRY_MILLIS);
                var unused = writer.schedule(() -> write(key, judgement, next), retryMillis, TimeUnit.MILLISECONDS);
            }
        }
    }

    private static String poolOf(BackendPoolOverride resource) {
        return resource.getSpec() == null ? "?" : String.valueOf(resource.getSpec().pool);
    }

    private BackendPoolOverrideStatus status(BackendPoolOverride resource, Judgement judgement) {
        BackendPoolOverrideStatus status = new BackendPoolOverrideStatus();
        status.observedGeneration = resource.getMetadata().getGeneration();
        status.conditions = List.of(
                condition(resource, "Accepted", judgement.accepted, judgement),
                condition(resource, "Active", judgement.active, judgement));
        return status;
    }

    private Condition condition(BackendPoolOverride resource, String type, boolean holds, Judgement judgement) {
        String word = holds ? "True" : "False";
        String since = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        BackendPoolOverrideStatus last = resource.getStatus();
        for (Condition before : last == null || last.conditions == null ? List.<Condition>of() : last.conditions) {
            if (type.equals(before.getType()) && word.equals(before.getStatus())) {
                since = before.getLastTransitionTime();
            }
        }
        return new ConditionBuilder()
                .withType(type)
                .withStatus(word)
                .withReason(judgement.reason)
                .withMessage(judgement.message)
                .withLastTransitionTime(since)
                .withObservedGeneration(resource.getMetadata().getGeneration())
                .build();
    }

    private static boolean same(BackendPoolOverrideStatus a, BackendPoolOverrideStatus b) {
        return Objects.equals(a.observedGeneration, b.observedGeneration)
                && Objects.equals(a.conditions, new ArrayList<>(Objects.requireNonNullElse(b.conditions, List.of())));
    }

    private static BackendPoolOverride onlyStatus(BackendPoolOverride resource, BackendPoolOverrideStatus status) {
        BackendPoolOverride only = new BackendPoolOverride();
        only.setMetadata(new ObjectMetaBuilder()
                .withNamespace(resource.getMetadata().getNamespace())
                .withName(resource.getMetadata().getName())
                .withUid(Objects.requireNonNull(resource.getMetadata().getUid()))
                .build());
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
