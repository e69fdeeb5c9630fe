package io.backendpool.operator.resources;

import io.backendpool.api.v1alpha1.BackendPool;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.config.informer.InformerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.health.InformerHealthIndicator;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.CRUDKubernetesDependentResource;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.KubernetesDependentResourceConfigBuilder;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.net.HttpURLConnection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One object of a pool: what it is to be, and how it gets so. Applied on the server's side (SSA) by a field manager of
 * our own, so that what others add to the object stays, and what they change of ours is put back. Deleted by Kubernetes
 * when its pool is, through the owner reference.
 */
public abstract class OwnedResource<R extends HasMetadata> extends CRUDKubernetesDependentResource<R, BackendPool> {
    /** Under which name the operator owns fields. The controller must be configured with it. */
    public static final String FIELD_MANAGER = "backendpool-operator";

    private static final int UNPROCESSABLE = 422;

    // configureWith only keeps what it is given.
    @SuppressWarnings("this-escape")
    OwnedResource(Class<R> type) {
        super(type);
        configureWith(new KubernetesDependentResourceConfigBuilder<R>()
                // Also for Secrets, for which the SDK's default is another.
                .withUseSSA(true)
                .withCreateResourceOnlyIfNotExistingWithSSA(true)
                .withKubernetesDependentInformerConfig(InformerConfiguration.builder(type)
                        .withLabelSelector(ProxyLabels.OWNED)
                        .build())
                .build());
    }

    /**
     * What the object is to be. Pure: the same arguments give the same object.
     *
     * @param pool valid, as the API server keeps it
     * @param actual what it is now; null where it is not
     */
    public abstract R desired(BackendPool pool, @Nullable R actual);

    @Override
    protected final R desired(BackendPool pool, Context<BackendPool> context) {
        return desired(pool, getSecondaryResource(pool, context).orElse(null));
    }

    /**
     * Why changes of such objects are not seen in the pool's namespace. Asks the API server where its watch does not hold,
     * and nothing otherwise.
     *
     * @return the API server's refusal; null: they are seen, or will be soon
     */
    public final @Nullable KubernetesClientException unwatched(BackendPool pool, KubernetesClient client) {
        String namespace = pool.getMetadata().getNamespace();
        boolean watched = eventSource()
                .map(source -> source.informerHealthIndicators())
                .map(each -> each.getOrDefault(namespace, each.get(Constants.WATCH_ALL_NAMESPACES)))
                .map(InformerHealthIndicator::isWatching)
                .orElse(true);
        if (watched) {
            return null;
        }
        try {
            var objects =
                    client.resources(resourceType()).inNamespace(namespace).withLabelSelector(ProxyLabels.OWNED);
            var unused = objects.list(new ListOptionsBuilder().withLimit(1L).build());
            objects.watch(new NoEvents<>()).close();
            return null;
        } catch (KubernetesClientException failed) {
            return failed.getCode() == HttpURLConnection.HTTP_FORBIDDEN ? failed : null;
        }
    }

    /** Only whether there may be a watch is of interest. */
    private static final class NoEvents<R> implements Watcher<R> {
        @Override
        public void eventReceived(Action action, R object) {}

        @Override
        public void onClose(WatcherException cause) {}
    }

    /** What the object is called. */
    protected String objectName(BackendPool pool) {
        return ProxyNames.of(pool);
    }

    @Override
    protected final ResourceID targetSecondaryResourceID(BackendPool pool, Context<BackendPool> context) {
        return new ResourceID(objectName(pool), pool.getMetadata().getNamespace());
    }

    /**
     * Creates the object, never takes one over.
     *
     * @throws NameTakenException there is one that belongs to somebody else
     */
    @Override
    public R create(R desired, BackendPool pool, Context<BackendPool> context) {
        try {
            return super.create(desired, pool, context);
        } catch (KubernetesClientException conflict) {
            if (conflict.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw conflict;
            }
            R actual = context.getClient().resource(desired).get();
            if (actual == null) {
                throw conflict;
            }
            // It is ours, yet unseen: somebody took its labels, or the informer is behind.
            return update(actual, desired(pool, actual), pool, context);
        }
    }

    /**
     * Applies what the object is to be.
     *
     * @throws NameTakenException it belongs to somebody else
     */
    @Override
    public R update(R actual, R desired, BackendPool pool, Context<BackendPool> context) {
        if (!isOwned(actual, pool)) {
            throw new NameTakenException("%s %s/%s exists and is %s (expected: none of this name, or BackendPool %s's)"
                    .formatted(
                            actual.getKind(),
                            actual.getMetadata().getNamespace(),
                            actual.getMetadata().getName(),
                            owner(actual),
                            pool.getMetadata().getName()));
        }
        try {
            return super.update(actual, desired, pool, context);
        } catch (KubernetesClientException refused) {
            if (refused.getCode() != UNPROCESSABLE) {
                throw refused;
            }
            // What another has added does not go with what is ours (a port of the same name, say), and an apply leaves
            // it.
            // Whole lists are put back by a merge.
            return context.getClient()
                    .resource(desired)
                    .patch(new PatchContext.Builder()
                            .withPatchType(PatchType.JSON_MERGE)
                            .withFieldManager(FIELD_MANAGER)
                            .build());
        }
    }

    private static boolean isOwned(HasMetadata actual, BackendPool pool) {
        return actual.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getUid().equals(pool.getMetadata().getUid()));
    }

    private static String owner(HasMetadata actual) {
        List<OwnerReference> owners = actual.getMetadata().getOwnerReferences();
        if (owners.isEmpty()) {
            return "nobody's";
        }
        OwnerReference owner = owners.getFirst();
        return owner.getKind() + " " + owner.getName() + "'s, uid " + owner.getUid();
    }

    /** Owner reference and all are in {@link #desired} already; the SDK's own bookkeeping is not wanted on our objects. */
    @Override
    protected final void addMetadata(
            boolean forMatch, @Nullable R actual, R desired, BackendPool pool, Context<BackendPool> context) {}

    /** Name, namespace, labels and owner of an object of {@code pool}. */
    protected final ObjectMetaBuilder metadata(BackendPool pool) {
        return new ObjectMetaBuilder()
                .withName(objectName(pool))
                .withNamespace(pool.getMetadata().getNamespace())
                .withLabels(ProxyLabels.of(pool))
                .addNewOwnerReference()
                .withApiVersion(pool.getApiVersion())
                .withKind(pool.getKind())
                .withName(pool.getMetadata().getName())
                .withUid(pool.getMetadata().getUid())
                .withController(true)
                // A pool that is deleted in the foreground stays until its proxies are gone.
                .withBlockOwnerDeletion(true)
                .endOwnerReference();
    }
}
