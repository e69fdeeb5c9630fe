package io.backendpool.operator.cluster;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.operator.logs.PoolLog;
import io.backendpool.operator.resources.NameTakenException;
import io.backendpool.operator.resources.OwnedResource;
import io.backendpool.operator.resources.OwnedResources;
import io.backendpool.operator.resources.ProxyBootstrap;
import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Ignore;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.dependent.ReconcileResult;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings the objects that a pool owns to what they are to be, one after the other; what hinders one does not hinder the
 * others. What the proxies are fed does not come through here. On the SDK's threads, one at a time for each pool.
 */
// Quarkus would make a bean of it and start it with every command.
@Ignore
final class PoolReconciler implements Reconciler<BackendPool> {
    private static final Logger LOG = Logger.getLogger(PoolReconciler.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

    private final OwnedResources owned;
    private final Function<BackendPool, ProxyBootstrap> bootstraps;
    private final SimpleInboundEventSource<BackendPool> triggers;
    private final Function<String, List<String>> refusals;
    private final ClusterProxyHost proxies;
    private final PoolEvents events;
    private final OperatorMetrics metrics;
    private final Map<PoolId, Done> done = new ConcurrentHashMap<>();

    /** What the objects of a pool were last made of, and how often they could not be made since. */
    private record Done(String uid, @Nullable Long generation, ProxyBootstrap bootstrap, int failures) {}

    /** @param refusals what may not be read of the Services and endpoints of a namespace, one sentence each */
    PoolReconciler(
            OwnedResources owned,
            Function<BackendPool, ProxyBootstrap> bootstraps,
            SimpleInboundEventSource<BackendPool> triggers,
            Function<String, List<String>> refusals,
            ClusterProxyHost proxies,
            PoolEvents events,
            OperatorMetrics metrics) {
        this.owned = owned;
        this.bootstraps = bootstraps;
        this.triggers = triggers;
        this.refusals = refusals;
        this.proxies = proxies;
        this.events = events;
        this.metrics = metrics;
        // Else every pool that there ever was would be remembered.
        proxies.onStop(done::remove);
    }

    @Override
    public List<EventSource<?, BackendPool>> prepareEventSources(EventSourceContext<BackendPool> context) {
        List<EventSource<?, BackendPool>> sources = new ArrayList<>();
        sources.add(triggers);
        for (OwnedResource<?> resource : owned.inOrder()) {
            resource.eventSource(context).ifPresent(sources::add);
        }
        return sources;
    }

    @Override
    public UpdateControl<BackendPool> reconcile(BackendPool pool, Context<BackendPool> context) {
        PoolId id = ResourcePools.id(pool);
        return PoolLog.about(id, () -> reconcile(id, pool, context));
    }

    private UpdateControl<BackendPool> reconcile(PoolId id, BackendPool pool, Context<BackendPool> context) {
        Done before = done.get(id);
        ProxyBootstrap bootstrap = bootstraps.apply(pool);
        boolean asBefore = before != null
                && before.uid().equals(pool.getMetadata().getUid())
                && Objects.equals(before.generation(), pool.getMetadata().getGeneration())
                && before.bootstrap().equals(bootstrap)
                && before.failures() == 0;
        List<String> problems = new ArrayList<>();
        for (OwnedResource<?> resource : owned.inOrder()) {
            reconcile(pool, resource, context, asBefore, problems);
        }
        refusals.apply(id.namespace()).stream()
                .filter(refusal -> !problems.contains(refusal))
                .forEach(problems::add);
        int failures = problems.isEmpty() ? 0 : (before == null ? 0 : before.failures()) + 1;
        done.put(id, new Done(pool.getMetadata().getUid(), pool.getMetadata().getGeneration(), bootstrap, failures));
        metrics.reconciled(problems.isEmpty() ? "done" : "hindered");
        owned.deployment()
                .getSecondaryResource(pool, context)
                .ifPresent(deployment -> problems.addAll(stuck(deployment)));
        proxies.problems(id, problems);
        proxies.address(
                id,
                owned.service()
                        .getSecondaryResource(pool, context)
                        .map(service -> ServiceAddress.of(service, pool))
                        .orElse(""));
        return failures == 0
                ? UpdateControl.noUpdate()
                : UpdateControl.<BackendPool>noUpdate().rescheduleAfter(pause(failures));
    }

    private void reconcile(
            BackendPool pool,
            OwnedResource<?> resource,
            Context<BackendPool> context,
            boolean asBefore,
            List<String> problems) {
        String kind = resource.resourceType().getSimpleName();
        try {
            ReconcileResult<?> result = resource.reconcile(pool, context);
            ReconcileResult.Operation operation = result.getSingleOperation();
            if (operation != ReconcileResult.Operation.NONE) {
                LOG.infof(
                        "pool=%s %s %s",
                        ResourcePools.id(pool),
                        kind,
                        operation == ReconcileResult.Operation.CREATED ? "created" : "updated");
            }
            KubernetesClientException unwatched = resource.unwatched(pool, context.getClient());
            if (unwatched != null) {
                problems.add(kind + ": " + ApiProblem.of(unwatched));
            }
            if (asBefore && operation != ReconcileResult.Operation.NONE) {
                tellPutBack(pool, kind, operation, result.getSingleResource());
            }
        } catch (NameTakenException taken) {
            problems.add(String.valueOf(taken.getMessage()));
        } catch (RuntimeException failed) {
            String problem = kind + ": " + ApiProblem.of(failed);
            LOG.warnf("pool=%s %s", ResourcePools.id(pool), problem);
            problems.add(problem);
        }
    }

    /** Nothing of ours has changed, so somebody else has changed or deleted it. */
    private void tellPutBack(BackendPool pool, String kind, ReconcileResult.Operation operation, Optional<?> resource) {
        String name = resource.map(
                        object -> ((HasMetadata) object).getMetadata().getName())
                .orElse("");
        String what = operation == ReconcileResult.Operation.CREATED ? "deleted" : "changed";
        metrics.putBack(kind);
        events.tell(
                pool,
                false,
                "PutBack",
                "%s %s was %s by another and is as this pool wants it again; change the BackendPool instead"
                        .formatted(kind, name, what));
    }

    /** What the Deployment's controller says when it cannot go on. */
    private static List<String> stuck(Deployment deployment) {
        if (deployment.getStatus() == null || deployment.getStatus().getConditions() == null) {
            return List.of();
        }
        return deployment.getStatus().getConditions().stream()
                .filter(PoolReconciler::isStuck)
                .map(condition ->
                        "Deployment %s: %s".formatted(deployment.getMetadata().getName(), condition.getMessage()))
                .toList();
    }

    private static boolean isStuck(DeploymentCondition condition) {
        return switch (condition.getType()) {
            case "ReplicaFailure" -> "True".equals(condition.getStatus());
            case "Progressing" -> "False".equals(condition.getStatus());
            default -> false;
        };
    }

    private static Duration pause(int failures) {
        Duration pause = FIRST_RETRY.multipliedBy(1L << Math.min(failures - 1, 6));
        return pause.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : pause;
    }
}
