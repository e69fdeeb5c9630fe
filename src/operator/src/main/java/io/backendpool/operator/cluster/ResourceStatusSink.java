package io.backendpool.operator.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.operator.logs.PoolLog;
import io.backendpool.operator.pools.StatusSink;
import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Status goes to the resource's status subresource, by server-side apply under a field manager of its own. A write that
 * fails is tried again with growing pauses, always with the newest status; one that another has overwritten is put back.
 * Writes run on a few threads of its own, one at a time for each pool.
 */
final class ResourceStatusSink implements StatusSink, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ResourceStatusSink.class);
    private static final int THREADS = 4;
    private static final long FIRST_RETRY_MILLIS = 250;
    private static final long LONGEST_RETRY_MILLIS = 30_000;
    /** Against somebody who writes the status again and again no war is waged. */
    private static final long PUT_BACK_MILLIS = 2_000;

    private final KubernetesClient client;
    private final Function<PoolId, @Nullable BackendPool> resources;
    private final PoolEvents events;
    private final RandomGenerator random;
    private final ScheduledExecutorService writers = Executors.newScheduledThreadPool(
            THREADS, Thread.ofPlatform().daemon().name("status-", 0).factory());
    private final Map<PoolId, Pending> pools = new HashMap<>();

    private static final class Pending {
        BackendPoolStatus wanted;

        @Nullable
        BackendPoolStatus written;

        @Nullable
        String version;

        boolean busy;
        long retryMillis = FIRST_RETRY_MILLIS;

        Pending(BackendPoolStatus wanted) {
            this.wanted = wanted;
        }
    }

    /** Finds the newest version of a pool by {@code resources}; tells {@code events} of transitions. */
    ResourceStatusSink(
            KubernetesClient client,
            Function<PoolId, @Nullable BackendPool> resources,
            PoolEvents events,
            RandomGenerator random) {
        this.client = client;
        this.resources = resources;
        this.events = events;
        this.random = random;
    }

    @Override
    public @Nullable BackendPoolStatus last(PoolId pool) {
        BackendPool resource = resources.apply(pool);
        return resource == null ? null : resource.getStatus();
    }

    /** A leader that takes over writes nothing that is there already. */
    @Override
    public boolean keepsLast() {
        return true;
    }

    @Override
    public void write(PoolId pool, BackendPoolStatus status) {
        synchronized (pools) {
            Pending pending = pools.computeIfAbsent(pool, id -> new Pending(status));
            pending.wanted = status;
            writeIn(0, pool, pending);
        }
    }

    @Override
    public void forget(PoolId pool) {
        synchronized (pools) {
            pools.remove(pool);
        }
    }

    /** A version of {@code resource} was seen: what another has made of our status is put back. */
    void seen(BackendPool resource) {
        PoolId pool = ResourcePools.id(resource);
        synchronized (pools) {
            Pending pending = pools.get(pool);
            if (pending == null || pending.busy || pending.written == null) {
                return;
            }
            String seen = resource.getMetadata().getResourceVersion();
            if (isOlder(seen, pending.version) || tree(resource.getStatus()).equals(tree(pending.written))) {
                return;
            }
            PoolLog.about(
                    pool, () -> LOG.warnf("pool=%s its status was changed by another; it is written again", pool));
            pending.version = seen;
            writeIn(PUT_BACK_MILLIS, pool, pending);
        }
    }

    private JsonNode tree(@Nullable BackendPoolStatus status) {
        return client.getKubernetesSerialization()
                .convertValue(status == null ? new BackendPoolStatus() : status, JsonNode.class);
    }

    /** Versions are decimal numbers that grow (KEP-5504); where they are not, every one counts as newer. */
    private static boolean isOlder(String version, @Nullable String than) {
        if (than == null || version.length() != than.length()) {
            return than != null && version.length() < than.length();
        }
        return version.compareTo(than) <= 0;
    }

    private void writeIn(long millis, PoolId pool, Pending pending) {
        if (!pending.busy && !writers.isShutdown()) {
            pending.busy = true;
            var unused = writers.schedule(
                    () -> PoolLog.about(pool, () -> write(pool, pending)), millis, TimeUnit.MILLISECONDS);
        }
    }

    private void write(PoolId pool, Pending pending) {
        BackendPoolStatus status;
        synchronized (pools) {
            if (pools.get(pool) != pending) {
                return;
            }
            status = pending.wanted;
        }
        BackendPool resource = resources.apply(pool);
        RuntimeException failure = null;
        BackendPool answer = null;
        if (resource != null) {
            try {
                answer = StatusPatch.apply(client, onlyStatus(resource, status));
            } catch (RuntimeException failed) {
                failure = failed;
            }
        }
        written(pool, pending, status, resource, answer, failure);
    }

    private void written(
            PoolId pool,
            Pending pending,
            BackendPoolStatus status,
            @Nullable BackendPool resource,
            @Nullable BackendPool answer,
            @Nullable RuntimeException failure) {
        BackendPoolStatus before;
        synchronized (pools) {
            pending.busy = false;
            before = pending.written == null && resource != null ? resource.getStatus() : pending.written;
            if (failure != null) {
                retry(pool, pending, failure);
                return;
            }
            pending.retryMillis = FIRST_RETRY_MILLIS;
            pending.written = status;
            pending.version = answer == null ? null : answer.getMetadata().getResourceVersion();
            if (pending.wanted != status) {
                writeIn(0, pool, pending);
            }
        }
        if (resource != null) {
            events.transitions(resource, before, status);
        }
    }

    private void retry(PoolId pool, Pending pending, RuntimeException failure) {
        boolean gone = ApiProblem.code(failure) == 404 || ApiProblem.isConflict(failure);
        if (gone && resources.apply(pool) == null) {
            return;
        }
        long pause = pending.retryMillis / 2 + random.nextLong(pending.retryMillis);
        LOG.warnf("pool=%s status cannot be written, tried again in %d ms: %s", pool, pause, ApiProblem.of(failure));
        pending.retryMillis = Math.min(2 * pending.retryMillis, LONGEST_RETRY_MILLIS);
        writeIn(pause, pool, pending);
    }

    /** What is applied: the uid makes it a conflict when another pool has taken the name. */
    private static BackendPool onlyStatus(BackendPool resource, BackendPoolStatus status) {
        BackendPool patch = new BackendPool();
        patch.setMetadata(StatusPatch.metadataOf(resource));
        patch.setSpec(null);
        patch.setStatus(status);
        return patch;
    }

    @Override
    public void close() {
        writers.shutdownNow();
    }
}
