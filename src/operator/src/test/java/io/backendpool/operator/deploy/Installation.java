package io.backendpool.operator.deploy;

import static org.awaitility.Awaitility.await;

import io.backendpool.api.v1alpha1.BackendPool;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** deploy/manifests on an API server, applied as {@code kubectl apply -k} would, in the same order. */
public final class Installation {
    /** The files of {@code kubectl apply -k deploy/manifests}. */
    static final List<String> FILES = List.of(
            "deploy/manifests/base/namespace.yaml",
            "deploy/crds/backendpooloverrides.backendpool.io-v1.yaml",
            "deploy/crds/backendpools.backendpool.io-v1.yaml",
            "deploy/manifests/base/serviceaccount.yaml",
            "deploy/manifests/base/rbac.yaml",
            "deploy/manifests/cluster/clusterrole.yaml",
            "deploy/manifests/base/services.yaml",
            "deploy/manifests/base/networkpolicy.yaml",
            "deploy/manifests/base/poddisruptionbudget.yaml",
            "deploy/manifests/base/deployment.yaml");

    private static final String MANAGER = "kubectl";

    private Installation() {}

    /** Applies all of it, and waits until pools can be created. Gives back each object as the server keeps it. */
    public static List<HasMetadata> apply(KubernetesClient client) {
        List<HasMetadata> applied = new ArrayList<>();
        for (String file : FILES) {
            for (HasMetadata document : Manifests.documents(file)) {
                applied.add(apply(client, document));
            }
        }
        awaitPools(client);
        return applied;
    }

    /** The same with {@code images}. */
    static void apply(KubernetesClient client, Images images) {
        for (String file : FILES) {
            Manifests.documents(file).forEach(document -> apply(client, images.in(document)));
        }
        awaitPools(client);
    }

    /** The same without the operator's Deployment, where a test runs the operator itself. */
    public static void applyWithoutOperator(KubernetesClient client) {
        for (String file : FILES) {
            if (!file.endsWith("/deployment.yaml")) {
                Manifests.documents(file).forEach(document -> apply(client, document));
            }
        }
        awaitPools(client);
    }

    private static HasMetadata apply(KubernetesClient client, HasMetadata document) {
        return client.resource(document).fieldManager(MANAGER).forceConflicts().serverSideApply();
    }

    private static void awaitPools(KubernetesClient client) {
        await("the CRD's API")
                .atMost(Duration.ofSeconds(60))
                .ignoreException(KubernetesClientException.class)
                .until(() ->
                        client.resources(BackendPool.class).inAnyNamespace().list() != null);
    }

    /** A namespace of the caller's own. */
    public static String newNamespace(KubernetesClient client) {
        String name = "it-" + UUID.randomUUID();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
        return name;
    }

    /** How the operator's pod reaches the API server: as its ServiceAccount, with no more rights than the manifests give. */
    public static Config asOperator(Config admin, KubernetesClient client) {
        return as(admin, client, "backendpool-system", "backendpool-operator");
    }

    /** How a pod of a ServiceAccount reaches the API server. */
    static Config as(Config admin, KubernetesClient client, String namespace, String account) {
        TokenRequest answer = client.serviceAccounts()
                .inNamespace(namespace)
                .withName(account)
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(3_600L)
                        .endSpec()
                        .build());
        return new ConfigBuilder(Config.empty())
                .withMasterUrl(admin.getMasterUrl())
                .withCaCertData(admin.getCaCertData())
                .withOauthToken(answer.getStatus().getToken())
                .build();
    }
}
