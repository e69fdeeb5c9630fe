package io.backendpool.operator.cluster;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolOverride;
import io.backendpool.operator.kubernetes.ApiServer;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.awaitility.Awaitility;

/** A namespace of one test, with the CRD beside it; plays the endpoint controller. */
final class TestNamespace implements AutoCloseable {
    final ApiServer server = ApiServer.shared();
    final KubernetesClient client = server.client();
    final String name = "test-" + UUID.randomUUID().toString().substring(0, 8);

    TestNamespace() {
        crd(BackendPool.CRD_RESOURCE);
        crd(BackendPoolOverride.CRD_RESOURCE);
        awaitServed();
        Namespace namespace = new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .build();
        client.resource(namespace).create();
    }

    private void crd(String resource) {
        try (InputStream yaml = BackendPool.class.getClassLoader().getResourceAsStream(resource)) {
            CustomResourceDefinition crd =
                    Serialization.unmarshal(Objects.requireNonNull(yaml), CustomResourceDefinition.class);
            if (server.kind().isReal()) {
                client.resource(crd).serverSideApply();
            } else if (client.resource(crd).get() == null) {
                client.resource(crd).create();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitServed() {
        if (server.kind().isReal()) {
            Awaitility.await("the CRDs are served")
                    .atMost(Duration.ofSeconds(20))
                    .ignoreExceptions()
                    .until(() -> client.resources(BackendPool.class)
                                            .inNamespace("default")
                                            .list()
                                    != null
                            && client.resources(BackendPoolOverride.class)
                                            .inNamespace("default")
                                            .list()
                                    != null);
        }
    }

    /** A Service without a selector: its endpoints are this test's. */
    Service service(String service, int port, int target) {
        return client.resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withNamespace(name)
                        .withName(service)
                        .endMetadata()
                        .withNewSpec()
                        .addNewPort()
                        .withPort(port)
                        .withNewTargetPort(target)
                        .endPort()
                        .endSpec()
                        .build())
                .create();
    }

    /** Puts one slice of {@code service} in place. */
    void endpoints(String service, int port, List<String> addresses) {
        endpoints(service, service + "-1", port, addresses);
    }

    void endpoints(String service, String slice, int port, List<String> addresses) {
        EndpointSlice wanted = new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace(name)
                .withName(slice)
                .addToLabels("kubernetes.io/service-name", service)
                .endMetadata()
                .withAddressType("IPv4")
                .addNewPort()
                .withName("")
                .withPort(port)
                .withProtocol("TCP")
                .endPort()
                .withEndpoints(addresses.stream()
                        .map(address -> new EndpointBuilder()
                                .withAddresses(address)
                                .withNewConditions()
                                .withReady(true)
                                .endConditions()
                                .build())
                        .toList())
                .build();
        if (client.resource(wanted).get() == null) {
            client.resource(wanted).create();
        } else {
            client.resource(wanted).update();
        }
    }

    /** Makes the Secret, or replaces it. */
    void secret(String secret, String type, Map<String, byte[]> content) {
        Map<String, String> data = new HashMap<>();
        content.forEach((key, value) -> data.put(key, Base64.getEncoder().encodeToString(value)));
        Secret wanted = new SecretBuilder()
                .withNewMetadata()
                .withNamespace(name)
                .withName(secret)
                .endMetadata()
                .withType(type)
                .withData(data)
                .build();
        if (client.resource(wanted).get() == null) {
            client.resource(wanted).create();
        } else {
            client.resource(wanted).update();
        }
    }

    BackendPool pool(String pool, String spec) {
        BackendPool bean = Serialization.unmarshal("""
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPool
                metadata: {name: %s, namespace: %s}
                spec: %s
                """.formatted(pool, name, spec), BackendPool.class);
        return client.resource(bean).create();
    }

    static String spec(String... groups) {
        return "{listeners: [{name: http, port: 8080, protocol: HTTP}], backends: [" + String.join(", ", groups) + "]}";
    }

    @Override
    public void close() {
        client.namespaces().withName(name).delete();
    }
}
