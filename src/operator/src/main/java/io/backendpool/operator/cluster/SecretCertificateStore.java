package io.backendpool.operator.cluster;

import io.backendpool.operator.certificates.CertificateStore;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keys and certificates in one Secret of the operator's namespace. Every write names the version that it follows: when
 * somebody else has written in between it fails, for a CA that others use already must not be lost.
 */
final class SecretCertificateStore implements CertificateStore {
    /** Whoever gives this annotation of the Secret a new value asks for a new CA. */
    static final String ROTATE = "backendpool.io/rotate-ca";

    /** The last value of {@link #ROTATE} that was granted. */
    static final String ROTATED = "backendpool.io/rotated-ca";

    private static final String LABEL = "app.kubernetes.io/managed-by";

    private final KubernetesClient client;
    private final String namespace;
    private final String name;
    private @Nullable Secret seen;

    /** Reads nothing yet. */
    SecretCertificateStore(KubernetesClient client, String namespace, String name) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
    }

    /**
     * What somebody has asked for a new CA with and was not granted yet; null: nobody has.
     *
     * @throws IOException the Secret cannot be read
     */
    @Nullable
    String rotationAskedFor() throws IOException {
        Map<String, String> annotations = annotations(read());
        String asked = annotations.get(ROTATE);
        return asked == null || asked.equals(annotations.get(ROTATED)) ? null : asked;
    }

    /**
     * Notes that what {@link #rotationAskedFor} said is done.
     *
     * @throws IOException the Secret cannot be written
     */
    void rotationGranted(String asked) throws IOException {
        Secret before = seen;
        if (before != null) {
            seen = before.edit()
                    .editMetadata()
                    .addToAnnotations(ROTATED, asked)
                    .endMetadata()
                    .build();
            put(data(seen));
        }
    }

    private @Nullable Secret read() throws IOException {
        try {
            seen = client.secrets().inNamespace(namespace).withName(name).get();
            return seen;
        } catch (KubernetesClientException failed) {
            throw problem("cannot be read", failed);
        }
    }

    @Override
    public @Nullable String read(String key) throws IOException {
        String encoded = data(read()).get(key);
        if (encoded == null) {
            return null;
        }
        try {
            return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException writtenByOthers) {
            return "";
        }
    }

    @Override
    public void write(String key, String text) throws IOException {
        Map<String, String> data = new HashMap<>(data(seen));
        data.put(key, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
        put(data);
    }

    @Override
    public String setAside(String key) throws IOException {
        Map<String, String> data = new HashMap<>(data(seen));
        String broken = data.remove(key);
        // One name, replaced: a Secret has a limited size.
        String aside = key + ".broken";
        data.put(aside, broken == null ? "" : broken);
        put(data);
        return "Secret " + namespace + "/" + name + " " + aside;
    }

    private void put(Map<String, String> data) throws IOException {
        Secret before = seen;
        try {
            if (before == null) {
                seen = client.resource(new SecretBuilder()
                                .withNewMetadata()
                                .withNamespace(namespace)
                                .withName(name)
                                .addToLabels(LABEL, "backendpool-operator")
                                .endMetadata()
                                .withType("Opaque")
                                .withData(data)
                                .build())
                        .create();
            } else {
                // The version of the metadata goes along: another writer's change is a conflict.
                seen = client.resource(new SecretBuilder(before).withData(data).build())
                        .update();
            }
        } catch (KubernetesClientException failed) {
            throw problem(
                    ApiProblem.isConflict(failed)
                            ? "was changed by another operator, which goes first"
                            : "cannot be written",
                    failed);
        }
    }

    private IOException problem(String what, KubernetesClientException failed) {
        return new IOException("Secret %s/%s %s: %s".formatted(namespace, name, what, ApiProblem.of(failed)), failed);
    }

    private static Map<String, String> annotations(@Nullable Secret secret) {
        return secret == null || secret.getMetadata().getAnnotations() == null
                ? Map.of()
                : secret.getMetadata().getAnnotations();
    }

    private static Map<String, String> data(@Nullable Secret secret) {
        return secret == null || secret.getData() == null ? Map.of() : secret.getData();
    }
}
