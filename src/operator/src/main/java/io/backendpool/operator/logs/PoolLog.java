package io.backendpool.operator.logs;

import io.backendpool.pool.PoolId;
import java.util.function.Supplier;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * Puts the pool that a thread works on into the log's diagnostic context, where every line of that thread finds it, also
 * those of libraries: {@code pool=shop/web}. The Java Operator SDK puts {@code resource.name}, {@code resource.namespace}
 * and more there by itself, on its own threads; these stay.
 *
 * <p>Whoever takes up work for one pool on a thread does it in {@link #about}; what it calls need not.
 */
public final class PoolLog {
    /** The key in the context. */
    public static final String KEY = "pool";

    private PoolLog() {}

    /** Does {@code step} for {@code pool}. */
    public static void about(PoolId pool, Runnable step) {
        Object before = enter(pool);
        try {
            step.run();
        } finally {
            leave(before);
        }
    }

    /** Does {@code step} for {@code pool}, and gives back what comes of it. */
    public static <T extends @Nullable Object> T about(PoolId pool, Supplier<T> step) {
        Object before = enter(pool);
        try {
            return step.get();
        } finally {
            leave(before);
        }
    }

    private static @Nullable Object enter(PoolId pool) {
        Object before = MDC.get(KEY);
        MDC.put(KEY, pool.toString());
        return before;
    }

    private static void leave(@Nullable Object before) {
        if (before == null) {
            MDC.remove(KEY);
        } else {
            MDC.put(KEY, before);
        }
    }
}
