package io.backendpool.operator.translate;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.pool.Backend;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Golden pairs: {@code CASE/in.yaml} holds a pool, Services and EndpointSlices as the API server gives them,
 * {@code CASE/out.yaml} what they come to. {@code -Dgolden.rewrite=true} writes the latter anew, to be read in the diff.
 */
class ServiceTranslationTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden/services");

    static Stream<String> cases() throws IOException {
        try (Stream<Path> folders = Files.list(FOLDER)) {
            return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void translation_ofServices_isTheGoldenOne(String name) throws IOException {
        Path folder = FOLDER.resolve(name);
        String found = text(translate(read(folder.resolve("in.yaml"))));
        Path golden = folder.resolve("out.yaml");
        if (Boolean.getBoolean("golden.rewrite")) {
            Files.writeString(golden, found);
        }
        assertThat(found).isEqualTo(Files.readString(golden));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void translation_ofObjectsInAnyOrder_isTheSame(String name) throws IOException {
        List<HasMetadata> objects = new ArrayList<>(read(FOLDER.resolve(name).resolve("in.yaml")));
        Translation expected = translate(objects);
        Random random = new Random(20_261_123);
        for (int i = 0; i < 10; i++) {
            Collections.shuffle(objects, random);
            assertThat(translate(objects)).isEqualTo(expected);
        }
    }

    @Test
    void translation_whileAServiceIsBeingRead_isNotComplete() throws IOException {
        PoolSpec spec = spec(read(FOLDER.resolve("conditions").resolve("in.yaml")));
        Translation translation = SnapshotTranslator.translate(
                spec, host -> new Resolution.Pending(), service -> new ServiceState.Pending());
        assertThat(translation.complete()).isFalse();
        assertThat(translation.findings()).isEmpty();
    }

    @Test
    void translation_ofAServiceThatMayNotBeRead_saysWhy() throws IOException {
        PoolSpec spec = spec(read(FOLDER.resolve("conditions").resolve("in.yaml")));
        Translation translation = SnapshotTranslator.translate(
                spec,
                host -> new Resolution.Pending(),
                service -> new ServiceState.Unreadable("the operator may not list endpointslices"));
        assertThat(translation.findings())
                .extracting(Finding::toString)
                .containsExactly(
                        "spec.backends[0].service.name: web cannot be read: the operator may not list endpointslices");
    }

    private static List<HasMetadata> read(Path file) throws IOException {
        List<HasMetadata> objects = new ArrayList<>();
        for (String document : Files.readString(file).split("(?m)^---$", -1)) {
            objects.add(Serialization.unmarshal(document, type(document)));
        }
        return objects;
    }

    private static Class<? extends HasMetadata> type(String document) {
        if (document.contains("kind: BackendPool")) {
            return BackendPool.class;
        }
        return document.contains("kind: EndpointSlice") ? EndpointSlice.class : Service.class;
    }

    private static PoolSpec spec(List<HasMetadata> objects) {
        return PoolSpecReader.read(all(objects, BackendPool.class).getFirst());
    }

    private static Translation translate(List<HasMetadata> objects) {
        return SnapshotTranslator.translate(
                spec(objects),
                host -> new Resolution.Resolved(List.of("192.0.2.1", "192.0.2.2")),
                id -> state(objects, id));
    }

    private static ServiceState state(List<HasMetadata> objects, ServiceId id) {
        List<ServiceState.Slice> slices = all(objects, EndpointSlice.class).stream()
                .filter(slice ->
                        id.name().equals(slice.getMetadata().getLabels().get("kubernetes.io/service-name")))
                .map(ServiceReader::read)
                .toList();
        return all(objects, Service.class).stream()
                .filter(service -> id.name().equals(service.getMetadata().getName()))
                .findFirst()
                .<ServiceState>map(service -> ServiceReader.read(service, slices))
                .orElse(new ServiceState.Absent());
    }

    private static <T> List<T> all(List<HasMetadata> objects, Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static String text(Translation translation) {
        StringBuilder text = new StringBuilder("backends:");
        if (translation.snapshot().backends().isEmpty()) {
            text.append(" []");
        }
        for (Backend backend : translation.snapshot().backends()) {
            text.append("\n- {group: %s, address: \"%s\", ready: %s, serving: %s, terminating: %s, origin: %s}"
                    .formatted(
                            backend.key().group(),
                            backend.key().address(),
                            backend.conditions().ready(),
                            backend.conditions().serving(),
                            backend.conditions().terminating(),
                            backend.origin()));
        }
        text.append("\nfindings:");
        if (translation.findings().isEmpty()) {
            text.append(" []");
        }
        for (Finding finding : translation.findings()) {
            text.append("\n- {kind: %s, text: '%s'}".formatted(finding.kind(), finding));
        }
        return text.append("\ncomplete: %s\n".formatted(translation.complete())).toString();
    }
}
