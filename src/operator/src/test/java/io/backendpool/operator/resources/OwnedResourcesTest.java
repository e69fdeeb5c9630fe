package io.backendpool.operator.resources;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.backendpool.api.v1alpha1.BackendPool;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pairs of files: NAME.in.yaml is a pool and what is there already, NAME.out.yaml is all that it must own. Run with
 * {@code -Dgolden.rewrite=true} to write the second from the first, and read the difference before you commit it.
 */
class OwnedResourcesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/resources");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    static List<String> pairs() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".in.yaml"))
                    .map(name -> name.replace(".in.yaml", ""))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void desired_ofGoldenInput_isGoldenOutput(String name) throws IOException {
        String actual = objects(YAML.readTree(GOLDEN.resolve(name + ".in.yaml").toFile()));

        Path expected = GOLDEN.resolve(name + ".out.yaml");
        if (Boolean.getBoolean("golden.rewrite")) {
            Files.writeString(expected, actual);
        }
        assertThat(actual).isEqualTo(Files.readString(expected));
    }

    private static String objects(JsonNode in) throws IOException {
        BackendPool pool = Pools.pool(YAML.writeValueAsString(in.get("pool")));
        ProxyBootstrap bootstrap = new ProxyBootstrap(
                "backendpool-control.backendpool-system.svc:9443",
                "the CAs\n",
                lastKnownGood(in.path("lastKnownGood")));
        OwnedResources owned =
                new OwnedResources(ProxyInstallation.ofImage("backendpool/proxy:1.2.3"), ignored -> bootstrap);
        StringBuilder out = new StringBuilder();
        for (OwnedResource<?> resource : owned.inOrder()) {
            out.append(Serialization.asYaml(desired(resource, pool, in.path("actual"))));
        }
        return out.toString();
    }

    private static <R extends HasMetadata> R desired(OwnedResource<R> resource, BackendPool pool, JsonNode actual)
            throws IOException {
        JsonNode there = actual.path(resource.resourceType().getSimpleName().toLowerCase(Locale.ROOT));
        @Nullable
        R parsed = there.isMissingNode()
                ? null
                : Serialization.unmarshal(YAML.writeValueAsString(there), resource.resourceType());
        return resource.desired(pool, parsed);
    }

    private static LastKnownGoodCopy lastKnownGood(JsonNode in) {
        if (in.has("content")) {
            return new LastKnownGoodCopy.Kept(
                    in.get("revision").asLong(), in.get("content").asText());
        }
        return in.has("bytes")
                ? new LastKnownGoodCopy.TooLarge(
                        in.get("revision").asLong(), in.get("bytes").asInt())
                : new LastKnownGoodCopy.NoRevision();
    }
}
