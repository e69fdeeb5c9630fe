package io.backendpool.operator.cluster;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.operator.logs.PoolLog;
import io.backendpool.operator.pools.PoolSink;
import io.backendpool.operator.pools.PoolSource;
import io.backendpool.operator.translate.PoolSpecReader;
import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Pools as resources of an API server, by an informer. Any thread. */
final class ResourcePools implements PoolSource {
    private static final Logger LOG = Logger.getLogger(ResourcePools.class);

    private final KubernetesClient client;
    private final Scope scope;
    private final List<Watched<BackendPool>> informers = new CopyOnWriteArrayList<>();
    private final Map<PoolId, BackendPool> pools = new ConcurrentHashMap<>();
    /** What was there before the first event. */
    private final Map<PoolId, BackendPool> listed = new ConcurrentHashMap<>();

    private final List<Consumer<BackendPool>> watchers = new ArrayList<>();

    /** Watches nothing before {@link #start}. */
    ResourcePools(KubernetesClient client, Scope scope) {
        this.client = client;
        this.scope = scope;
    }

    /** {@code watcher} gets every version of every pool, status changes too. Before {@link #start}; must not block. */
    void onVersion(Consumer<BackendPool> watcher) {
        watchers.add(watcher);
    }

    /**
     * Reads all pools once, so that {@link #resource} knows them before {@link #start}. A namespace whose pools it may not
     * read is said and left out: the others go on.
     *
     * @throws io.fabric8.kubernetes.client.KubernetesClientException they cannot be read now
     */
    void readAll() {
        scope.of(client.resources(BackendPool.class)).forEach(operation -> {
            try {
                operation.list().getItems().forEach(pool -> listed.put(id(pool), pool));
            } catch (KubernetesClientException failed) {
                if (!ApiProblem.isForbidden(failed)) {
                    throw failed;
                }
                LOG.errorf("pools cannot be read, all others go on: %s", ApiProblem.of(failed));
            }
        });
    }

    @Override
    public void start(PoolSink sink) {
        scope.of(client.resources(BackendPool.class))
                .forEach(operation -> informers.add(Informers.start(
                        operation.runnableInformer(0), pool -> is(pool, sink), pool -> gone(pool, sink), () -> {})));
    }

    /** The newest version of {@code pool}; null: there is none. */
    @Nullable
    BackendPool resource(PoolId pool) {
        BackendPool newest = pools.get(pool);
        return newest == null ? listed.get(pool) : newest;
    }

    /** All pools that are known. */
    List<BackendPool> all() {
        return Stream.concat(pools.values().stream(), listed.values().stream()).toList();
    }

    /** The pools of {@code namespace}. */
    List<PoolId> names(String namespace) {
        return Stream.concat(pools.keySet().stream(), listed.keySet().stream())
                .filter(pool -> pool.namespace().equals(namespace))
                .distinct()
                .toList();
    }

    /** Whether all that there is and may be read has been seen. */
    boolean synced() {
        return !informers.isEmpty() && informers.stream().allMatch(Watched::isSettled);
    }

    /** The name of {@code pool}. */
    static PoolId id(BackendPool pool) {
        return new PoolId(pool.getMetadata().getNamespace(), pool.getMetadata().getName());
    }

    private void is(BackendPool pool, PoolSink sink) {
        PoolLog.about(id(pool), () -> is(id(pool), pool, sink));
    }

    private void is(PoolId id, BackendPool pool, PoolSink sink) {
        BackendPool before = pools.put(id, pool);
        listed.remove(id);
        boolean another = before != null
                && !Objects.equals(
                        before.getMetadata().getUid(), pool.getMetadata().getUid());
        if (another) {
            sink.remove(id);
        }
        if (before == null || another || !sameGeneration(before, pool)) {
            try {
                sink.upsert(PoolSpecReader.read(pool));
            } catch (IllegalArgumentException invalid) {
                // The CRD lets almost none of these pass: one of another version, or one from before a rule was added.
                LOG.warnf("pool=%s %s", id, invalid.getMessage());
                sink.problems(id, List.of(String.valueOf(invalid.getMessage())));
            }
        }
        watchers.forEach(watcher -> watcher.accept(pool));
    }

    private static boolean sameGeneration(BackendPool before, BackendPool pool) {
        return Objects.equals(
                before.getMetadata().getGeneration(), pool.getMetadata().getGeneration());
    }

    private void gone(BackendPool pool, PoolSink sink) {
        pools.remove(id(pool));
        listed.remove(id(pool));
        sink.remove(id(pool));
    }

    @Override
    public void close() {
        informers.forEach(Watched::close);
    }
}
