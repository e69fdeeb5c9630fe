package io.backendpool.operator.pools;

import io.backendpool.operator.translate.SecretId;
import io.backendpool.operator.translate.SecretState;
import java.util.Set;
import java.util.function.Consumer;

/** What is known of Secrets. Thread-safe; no call waits for an API server or a disk. */
public interface Secrets {
    /** For where there are none. */
    Secrets NONE = new Secrets() {
        @Override
        public void follow(Set<SecretId> wanted) {}

        @Override
        public SecretState state(SecretId secret) {
            return new SecretState.NotFollowed();
        }

        @Override
        public void onChange(Consumer<SecretId> listener) {}
    };

    /** From now on follows {@code wanted}, and nothing else: nothing of any other Secret is kept. */
    void follow(Set<SecretId> wanted);

    /** What is known of {@code secret}, which is one of those followed. */
    SecretState state(SecretId secret);

    /** {@code listener} is told of each followed Secret whose {@link #state} may have changed. One; it must not block. */
    void onChange(Consumer<SecretId> listener);
}
