package io.backendpool.operator.deploy;

import com.github.dockerjava.api.DockerClient;
import io.backendpool.operator.kubernetes.ApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.MountableFile;

/**
 * The two images on the nodes of a cluster. K3s gets those that Docker builds of the Dockerfile; another cluster must have
 * them: under the names of the manifests on a node, or under those of BACKENDPOOL_TEST_OPERATOR_IMAGE and
 * BACKENDPOOL_TEST_PROXY_IMAGE, wherever those come from.
 */
record Images(String operator, String proxy, boolean named) {
    private static final int BUILD_MINUTES = 10;

    /** The images that this run is to use. */
    static Images ofThisRun() {
        String operator = System.getenv("BACKENDPOOL_TEST_OPERATOR_IMAGE");
        String proxy = System.getenv("BACKENDPOOL_TEST_PROXY_IMAGE");
        return new Images(
                operator == null ? ofManifests("backendpool-operator") : operator,
                proxy == null ? ofManifests("backendpool-proxy") : proxy,
                operator != null && proxy != null);
    }

    /** Why the pods could not start on the nodes of {@code server}; empty: they can. */
    String missing(ApiServer server) {
        if (named || server.k3s().isPresent()) {
            return "";
        }
        List<String> there = server.client().nodes().list().getItems().stream()
                .map(Node::getStatus)
                .flatMap(status -> Stream.ofNullable(status.getImages()).flatMap(Collection::stream))
                // One that another has taken the name of has none.
                .flatMap(image -> Stream.ofNullable(image.getNames()).flatMap(Collection::stream))
                .toList();
        for (String image : List.of(operator, proxy)) {
            if (there.stream().noneMatch(name -> name.equals(image) || name.endsWith("/" + image))) {
                return "no node has the image " + image + " (expected: there, or BACKENDPOOL_TEST_OPERATOR_IMAGE and"
                        + " BACKENDPOOL_TEST_PROXY_IMAGE)";
            }
        }
        return "";
    }

    /** Sees to it that nodes have them, where that is up to this test. */
    void load(ApiServer server) throws IOException, InterruptedException {
        if (named || server.k3s().isEmpty()) {
            return;
        }
        K3sContainer k3s = server.k3s().get();
        build("operator", "src/operator/target/quarkus-app", operator, k3s);
        build("proxy", "src/proxy/target/proxy-app", proxy, k3s);
    }

    private static void build(String target, String files, String name, K3sContainer k3s)
            throws IOException, InterruptedException {
        try {
            String built = new ImageFromDockerfile(name, false)
                    .withFileFromPath("Dockerfile", Manifests.ROOT.resolve("Dockerfile"))
                    .withFileFromPath(files, Manifests.ROOT.resolve(files))
                    .withTarget(target)
                    .get(BUILD_MINUTES, TimeUnit.MINUTES);
            load(built, k3s);
        } catch (TimeoutException failed) {
            throw new IllegalStateException("the image " + name + " cannot be built", failed);
        }
    }

    private static void load(String image, K3sContainer k3s) throws IOException, InterruptedException {
        Path file = Files.createTempFile("image", ".tar");
        try {
            DockerClient docker = DockerClientFactory.lazyClient();
            try (InputStream saved = docker.saveImageCmd(image).exec()) {
                Files.copy(saved, file, StandardCopyOption.REPLACE_EXISTING);
            }
            k3s.copyFileToContainer(MountableFile.forHostPath(file), "/tmp/image.tar");
            var imported = k3s.execInContainer("ctr", "-n", "k8s.io", "images", "import", "/tmp/image.tar");
            if (imported.getExitCode() != 0) {
                throw new IllegalStateException("the image " + image + " cannot be imported: " + imported.getStderr());
            }
        } finally {
            Files.delete(file);
        }
    }

    /** {@code document} of the manifests, with these images. */
    HasMetadata in(HasMetadata document) {
        if (document instanceof Deployment deployment) {
            var container =
                    deployment.getSpec().getTemplate().getSpec().getContainers().getFirst();
            container.setImage(operator);
            container.getEnv().stream()
                    .filter(variable -> variable.getName().equals("BACKENDPOOL_PROXY_IMAGE"))
                    .forEach(variable -> variable.setValue(proxy));
        }
        return document;
    }

    private static String ofManifests(String name) {
        String text = Manifests.read("deploy/manifests/base/deployment.yaml");
        return Objects.requireNonNull(text.lines()
                .map(String::strip)
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .filter(value -> value.startsWith(name + ":"))
                .findFirst()
                .orElse(null));
    }
}
