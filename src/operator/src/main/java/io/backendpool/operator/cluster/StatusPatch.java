package io.backendpool.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Objects;

/** Writes the status of a resource by server-side apply, and nothing else of it. Any thread; waits for the API server. */
final class StatusPatch {
    static final String FIELD_MANAGER = "backendpool-status";

    private StatusPatch() {}

    /** The metadata of a patch for {@code resource}: with its uid, so that it meets no other of the same name. */
    static ObjectMeta metadataOf(HasMetadata resource) {
        return new ObjectMetaBuilder()
                .withNamespace(resource.getMetadata().getNamespace())
                .withName(resource.getMetadata().getName())
                .withUid(Objects.requireNonNull(resource.getMetadata().getUid()))
                .build();
    }

    /**
     * Applies {@code onlyStatus}, which has the {@link #metadataOf metadata} and a status.
     *
     * @return the resource as it is then
     * @throws io.fabric8.kubernetes.client.KubernetesClientException it was not written
     */
    static <T extends HasMetadata> T apply(KubernetesClient client, T onlyStatus) {
        return client.resource(onlyStatus)
                .subresource("status")
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager(FIELD_MANAGER)
                        .withForce(true)
                        .build());
    }
}
