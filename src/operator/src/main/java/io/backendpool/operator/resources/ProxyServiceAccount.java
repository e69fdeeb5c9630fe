package io.backendpool.operator.resources;

import io.backendpool.api.v1alpha1.BackendPool;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import org.jspecify.annotations.Nullable;

/** Who the proxies of one pool are. It has no right at all: its name in a token is what opens the pool. */
public final class ProxyServiceAccount extends OwnedResource<ServiceAccount> {
    public ProxyServiceAccount() {
        super(ServiceAccount.class);
    }

    @Override
    public ServiceAccount desired(BackendPool pool, @Nullable ServiceAccount actual) {
        return new ServiceAccountBuilder()
                .withMetadata(metadata(pool).build())
                .withAutomountServiceAccountToken(false)
                .build();
    }
}
