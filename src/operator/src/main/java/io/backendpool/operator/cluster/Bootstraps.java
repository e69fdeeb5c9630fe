package io.backendpool.operator.cluster;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.control.PublishedPool;
import io.backendpool.operator.resources.LastKnownGoodCopy;
import io.backendpool.operator.resources.ProxyBootstrap;
import io.backendpool.pool.PoolId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What new proxies of each pool start from, kept in memory. A copy of a pool is made a moment after it was published, and
 * then not for a while: endpoints that come and go every second must not write a Secret every second. Any thread.
 */
final class Bootstraps implements AutoCloseable {
    /** A new proxy that finds no operator starts at most this far behind. */
    static final Duration PAUSE = Duration.ofSeconds(10);

    private static final Duration FIRST = Duration.ofMillis(200);

    private final String control;
    private final Supplier<String> caBundle;
    private final Function<PoolId, @Nullable PublishedPool> published;
    private final Consumer<PoolId> changed;
    private final Map<PoolId, Copy> copies = new ConcurrentHashMap<>();
    private final Set<PoolId> due = new HashSet<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("bootstraps").factory());

    private record Copy(String digest, LastKnownGoodCopy copy, long madeNanos) {}

    /**
     * Holds no copy yet.
     *
     * @param control where proxies dial, HOST:PORT
     * @param caBundle whom they are to trust there, PEM
     * @param published the newest revision of a pool
     * @param changed is told of each pool that has a new copy
     */
    Bootstraps(
            String control,
            Supplier<String> caBundle,
            Function<PoolId, @Nullable PublishedPool> published,
            Consumer<PoolId> changed) {
        this.control = control;
        this.caBundle = caBundle;
        this.published = published;
        this.changed = changed;
    }

    /** What proxies of {@code pool} start from, as of its newest copy. */
    ProxyBootstrap of(BackendPool pool) {
        Copy copy = copies.get(ResourcePools.id(pool));
        return new ProxyBootstrap(
                control, caBundle.get(), copy == null ? new LastKnownGoodCopy.NoRevision() : copy.copy());
    }

    /** Something about {@code pool} has changed, its revision perhaps. */
    void changed(PoolId pool) {
        PublishedPool newest = published.apply(pool);
        Copy copy = copies.get(pool);
        if (newest == null) {
            copies.remove(pool);
            return;
        }
        if (copy != null && copy.digest().equals(newest.revision().digest())) {
            return;
        }
        synchronized (due) {
            if (due.add(pool)) {
                long wait = copy == null
                        ? FIRST.toNanos()
                        : Math.max(FIRST.toNanos(), copy.madeNanos() + PAUSE.toNanos() - System.nanoTime());
                try {
                    var unused = thread.schedule(() -> copy(pool), wait, TimeUnit.NANOSECONDS);
                } catch (RejectedExecutionException closed) {
                    due.remove(pool);
                }
            }
        }
    }

    private void copy(PoolId pool) {
        synchronized (due) {
            due.remove(pool);
        }
        PublishedPool newest = published.apply(pool);
        if (newest != null) {
            copies.put(pool, new Copy(newest.revision().digest(), LastKnownGoodCopy.of(newest), System.nanoTime()));
            changed.accept(pool);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
