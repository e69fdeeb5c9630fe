package io.backendpool.operator.pools;

import io.backendpool.operator.translate.ServiceId;
import io.backendpool.operator.translate.ServiceState;
import java.util.Set;
import java.util.function.Consumer;

/** What is known of Services. Thread-safe; no call waits for an API server. */
public interface Services {
    /** For where there are none. */
    Services NONE = new Services() {
        @Override
        public void follow(Set<ServiceId> wanted) {}

        @Override
        public ServiceState state(ServiceId service) {
            return new ServiceState.NotFollowed();
        }

        @Override
        public void onChange(Consumer<ServiceId> listener) {}
    };

    /** From now on follows {@code wanted}, and nothing else. */
    void follow(Set<ServiceId> wanted);

    /** What is known of {@code service}, which is one of those followed. */
    ServiceState state(ServiceId service);

    /** {@code listener} is told of each followed Service whose {@link #state} may have changed. One; it must not block. */
    void onChange(Consumer<ServiceId> listener);
}
