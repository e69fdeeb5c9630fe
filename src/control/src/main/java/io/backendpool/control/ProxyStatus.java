package io.backendpool.control;

import io.backendpool.pool.PoolMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that one proxy says of itself at one moment.
 *
 * @param ready it takes traffic: a complete revision is live and the request path is warm
 * @param backends one for each backend of the applied snapshot, in its order: that of the keys
 * @param traffic what went through it
 * @param mode by what rule it shares traffic; null: no pool is live, or a proxy of another version that does not say
 * @param notes what else people should know of how its weights came about, a sentence each
 */
public record ProxyStatus(
        boolean ready,
        List<BackendStatus> backends,
        Traffic traffic,
        @Nullable PoolMode mode,
        List<String> notes) {
    public static final ProxyStatus NONE = new ProxyStatus(false, List.of(), Traffic.NONE);

    public ProxyStatus {
        backends = List.copyOf(backends);
        notes = List.copyOf(notes);
    }

    /** One that does not say how traffic is shared. */
    public ProxyStatus(boolean ready, List<BackendStatus> backends, Traffic traffic) {
        this(ready, backends, traffic, null, List.of());
    }
}
