package io.backendpool.operator.console;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolOverride;
import io.backendpool.api.v1alpha1.BackendPoolOverrideSpec;
import io.backendpool.operator.cluster.ApiProblem;
import io.backendpool.operator.status.OverrideJudgement;
import io.backendpool.operator.translate.OverrideId;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The pools of a cluster, by the rights of the user of a kubeconfig. */
public final class ClusterAccess implements PoolAccess {
    private static final String FIELD_MANAGER = "backendpool-cli";

    private final KubernetesClient client;
    private final @Nullable String namespace;

    private ClusterAccess(KubernetesClient client, @Nullable String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /**
     * Opens it as kubectl would.
     *
     * @param kubeconfig null: KUBECONFIG, or ~/.kube/config
     * @param namespace null: that of the kubeconfig's context
     * @param allNamespaces instead of one
     * @throws IOException there is no such kubeconfig
     */
    public static ClusterAccess open(@Nullable Path kubeconfig, @Nullable String namespace, boolean allNamespaces)
            throws IOException {
        if (kubeconfig != null && !Files.isReadable(kubeconfig)) {
            throw new IOException("--kubeconfig: %s (expected: a file that can be read)".formatted(kubeconfig));
        }
        Config config = kubeconfig == null ? Config.autoConfigure(null) : Config.fromKubeconfig(kubeconfig.toFile());
        // A person waits, and asks again if need be.
        config.setRequestRetryBackoffLimit(1);
        KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build();
        String chosen = namespace != null ? namespace : Objects.requireNonNullElse(config.getNamespace(), "default");
        return new ClusterAccess(client, allNamespaces ? null : chosen);
    }

    /** One by an open client, which {@link #close} closes. {@code namespace} null: all. */
    static ClusterAccess of(KubernetesClient client, @Nullable String namespace) {
        return new ClusterAccess(client, namespace);
    }

    @Override
    public Seen look() throws IOException {
        var pools = client.resources(BackendPool.class);
        List<BackendPool> found = asked(() -> (namespace == null
                        ? pools.inAnyNamespace().list()
                        : pools.inNamespace(namespace).list())
                .getItems());
        return new Seen(
                found.stream().sorted(Comparator.comparing(PoolAccess::title)).toList(), overridesWithoutEffect());
    }

    /** A right to see pools alone is enough to see them. */
    private List<Trouble> overridesWithoutEffect() {
        var overrides = client.resources(BackendPoolOverride.class);
        try {
            return asked(() -> (namespace == null
                                    ? overrides.inAnyNamespace().list()
                                    : overrides.inNamespace(namespace).list())
                            .getItems())
                    .stream()
                    .sorted(Comparator.comparing(ClusterAccess::title))
                    .flatMap(override -> withoutEffect(override).stream())
                    .toList();
        } catch (IOException notAllowed) {
            return List.of(new Trouble("", "what came of overrides is not known: " + notAllowed.getMessage()));
        }
    }

    private static Optional<Trouble> withoutEffect(BackendPoolOverride override) {
        return Optional.ofNullable(OverrideJudgement.whyNotActive(override.getStatus()))
                .map(why -> new Trouble(
                        override.getMetadata().getNamespace() + "/" + override.getSpec().pool,
                        "override %s: %s".formatted(title(override), why)));
    }

    private static String title(BackendPoolOverride override) {
        return OverrideId.of(override.getMetadata()).toString();
    }

    @Override
    public void apply(OverrideRequest override) throws IOException {
        GenericKubernetesResource resource =
                Serialization.unmarshal(Serialization.asJson(override.document()), GenericKubernetesResource.class);
        asked(() -> client.resource(resource)
                .fieldManager(FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply());
    }

    @Override
    public List<String> remove(BackendPool pool, OverrideTarget target) throws IOException {
        String its = pool.getMetadata().getNamespace();
        var overrides = client.resources(BackendPoolOverride.class).inNamespace(its);
        List<String> removed = new ArrayList<>();
        for (BackendPoolOverride override : asked(() -> overrides.list().getItems())) {
            if (isAbout(override, pool, target)) {
                asked(() -> client.resource(override).delete());
                removed.add(override.getMetadata().getName());
            }
        }
        return removed;
    }

    /** Whether {@code override} says something of {@code target} in {@code pool}. */
    static boolean isAbout(BackendPoolOverride override, BackendPool pool, OverrideTarget target) {
        BackendPoolOverrideSpec spec = override.getSpec();
        return spec != null
                && pool.getMetadata().getName().equals(spec.pool)
                && target.group().equals(spec.group)
                && Objects.equals(target.address(), spec.address);
    }

    private static <T> T asked(Supplier<T> request) throws IOException {
        try {
            return request.get();
        } catch (KubernetesClientException refused) {
            throw new IOException("the API server: " + ApiProblem.of(refused), refused);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
