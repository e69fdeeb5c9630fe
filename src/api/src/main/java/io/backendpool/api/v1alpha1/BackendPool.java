package io.backendpool.api.v1alpha1;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** A pool of backends behind a set of self-healing proxies. */
@Group("backendpool.io")
@Version("v1alpha1")
@Kind("BackendPool")
@Plural("backendpools")
@Singular("backendpool")
@ShortNames({"bp", "bpool"})
public class BackendPool extends CustomResource<BackendPoolSpec, BackendPoolStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;
}
