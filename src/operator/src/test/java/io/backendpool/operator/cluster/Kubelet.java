package io.backendpool.operator.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Plays controller and kubelet: makes a Pod of a Deployment's own template and starts its container as a process, with the
 * template's environment, volumes and token. What a pod has and a process has not is its own network: each gets another
 * loopback address, as a pod gets an IP.
 */
final class Kubelet implements AutoCloseable {
    private final KubernetesClient client;
    private final String namespace;
    private final Path directory;
    private final List<RunningPod> pods = new ArrayList<>();

    /** A pod whose process runs. */
    record RunningPod(Pod pod, String ip, Process process, Path identity, Path log) {}

    Kubelet(KubernetesClient client, String namespace, Path directory) {
        this.client = client;
        this.namespace = namespace;
        this.directory = directory;
    }

    /** Runs one more pod of {@code deployment} under {@code ip}. */
    RunningPod run(String deployment, String ip) throws IOException {
        PodTemplateSpec template = client.apps()
                .deployments()
                .inNamespace(namespace)
                .withName(deployment)
                .require()
                .getSpec()
                .getTemplate();
        Pod pod = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(deployment + "-" + pods.size())
                        .withLabels(template.getMetadata().getLabels())
                        .endMetadata()
                        .withSpec(template.getSpec())
                        .build())
                .create();
        Path root = Files.createDirectories(directory.resolve(pod.getMetadata().getName()));
        Container container = pod.getSpec().getContainers().getFirst();
        Map<String, Path> mounts = new HashMap<>();
        for (VolumeMount mount : container.getVolumeMounts()) {
            Path folder = Files.createDirectories(root.resolve(mount.getName()));
            mounts.put(mount.getMountPath(), folder);
            Volume volume = pod.getSpec().getVolumes().stream()
                    .filter(candidate -> candidate.getName().equals(mount.getName()))
                    .findFirst()
                    .orElseThrow();
            project(pod, volume, folder);
        }
        Map<String, String> environment = new HashMap<>();
        for (EnvVar variable : container.getEnv()) {
            String value = value(pod, variable);
            for (Map.Entry<String, Path> mount : mounts.entrySet()) {
                if (value.startsWith(mount.getKey() + "/") || value.equals(mount.getKey())) {
                    value = mount.getValue() + value.substring(mount.getKey().length());
                    break;
                }
            }
            environment.put(variable.getName(), value.startsWith("*:") ? ip + value.substring(1) : value);
        }
        environment.put("BACKENDPOOL_BIND", ip);
        Path log = directory.resolve(pod.getMetadata().getName() + ".log");
        RunningPod running = new RunningPod(
                pod,
                ip,
                Programs.start(
                        Programs.PROXY, Objects.requireNonNullElse(container.getArgs(), List.of()), environment, log),
                root.resolve("identity"),
                log);
        pods.add(running);
        return running;
    }

    private String value(Pod pod, EnvVar variable) {
        if (variable.getValueFrom() == null) {
            return Objects.requireNonNullElse(variable.getValue(), "");
        }
        var field = variable.getValueFrom().getFieldRef();
        if (field != null) {
            return switch (field.getFieldPath()) {
                case "metadata.name" -> pod.getMetadata().getName();
                case "metadata.namespace" -> pod.getMetadata().getNamespace();
                default -> throw new IllegalStateException(field.getFieldPath());
            };
        }
        var secret = variable.getValueFrom().getSecretKeyRef();
        return new String(
                Base64.getDecoder().decode(secret(secret.getName()).get(secret.getKey())),
                java.nio.charset.StandardCharsets.UTF_8);
    }

    private Map<String, String> secret(String name) {
        return client.secrets().inNamespace(namespace).withName(name).require().getData();
    }

    private void project(Pod pod, Volume volume, Path folder) throws IOException {
        if (volume.getProjected() == null) {
            return;
        }
        for (VolumeProjection source : volume.getProjected().getSources()) {
            ServiceAccountTokenProjection token = source.getServiceAccountToken();
            if (token != null) {
                Files.writeString(folder.resolve(token.getPath()), token(pod, token.getAudience(), true));
            }
            if (source.getSecret() != null) {
                for (Map.Entry<String, String> entry :
                        secret(source.getSecret().getName()).entrySet()) {
                    Files.write(
                            folder.resolve(entry.getKey()), Base64.getDecoder().decode(entry.getValue()));
                }
            }
        }
    }

    /** A token of the pod's ServiceAccount, as the API server issues it to kubelets. */
    String token(Pod pod, String audience, boolean bound) {
        TokenRequestBuilder request = new TokenRequestBuilder()
                .withNewSpec()
                .withAudiences(audience)
                .withExpirationSeconds(3_600L)
                .endSpec();
        if (bound) {
            request.editSpec()
                    .withNewBoundObjectRef()
                    .withApiVersion("v1")
                    .withKind("Pod")
                    .withName(pod.getMetadata().getName())
                    .withUid(pod.getMetadata().getUid())
                    .endBoundObjectRef()
                    .endSpec();
        }
        TokenRequest answer = client.serviceAccounts()
                .inNamespace(namespace)
                .withName(pod.getSpec().getServiceAccountName())
                .tokenRequest(request.build());
        return answer.getStatus().getToken();
    }

    @Override
    public void close() {
        pods.forEach(pod -> pod.process().destroy());
        pods.forEach(pod -> Programs.end(pod.process()));
    }
}
