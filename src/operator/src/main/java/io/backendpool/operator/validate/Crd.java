package io.backendpool.operator.validate;

import io.backendpool.api.v1alpha1.BackendPool;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A CRD that travels with the types: what a whole document of its kind looks like, metadata included. Immutable.
 *
 * @param apiVersion {@code backendpool.io/v1alpha1}
 * @param group the part of it before the slash
 * @param kind such as {@code BackendPool}
 * @param schema of a whole document
 */
record Crd(String apiVersion, String group, String kind, SchemaNode schema) {

    /** What the API server checks of every object's metadata, and what it lets pass because it sets it itself. */
    private static final String METADATA = """
            type: object
            required: [name]
            properties:
              name: {type: string, minLength: 1, title: "a name"}
              namespace:
                type: string
                maxLength: 63
                pattern: "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"
                title: "up to 63 lower-case letters, digits and dashes, starting and ending with a letter or a digit"
              labels:
                type: object
                additionalProperties:
                  type: string
                  maxLength: 63
                  pattern: "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$"
                  title: "up to 63 letters, digits, '-', '_' and '.', starting and ending with a letter or a digit"
              annotations: {type: object, additionalProperties: {type: string}}
              finalizers: {type: array, items: {type: string}}
              ownerReferences: {type: array, items: {type: object, x-kubernetes-preserve-unknown-fields: true}}
              managedFields: {type: array, items: {type: object, x-kubernetes-preserve-unknown-fields: true}}
              creationTimestamp: {type: string, nullable: true}
              deletionTimestamp: {type: string, nullable: true}
              deletionGracePeriodSeconds: {type: integer}
              generateName: {type: string}
              generation: {type: integer}
              resourceVersion: {type: string}
              selfLink: {type: string}
              uid: {type: string}
            """;

    /** The one on the class path. */
    static Crd load(String resource) {
        try (InputStream in = BackendPool.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not on the class path");
            }
            return of(parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Crd of(Map<?, ?> crd) {
        Map<?, ?> spec = in(crd, "spec");
        String group = in(spec, "group", String.class);
        String kind = in(in(spec, "names"), "kind", String.class);
        Map<?, ?> version = (Map<?, ?>) in(spec, "versions", List.class).getFirst();
        Map<?, ?> root = in(in(version, "schema"), "openAPIV3Schema");

        Map<Object, Object> properties = new LinkedHashMap<>();
        properties.put("apiVersion", Map.of("type", "string"));
        properties.put("kind", Map.of("type", "string"));
        properties.put("metadata", parse(METADATA));
        properties.putAll(in(root, "properties"));
        Map<Object, Object> whole = new LinkedHashMap<>(root);
        whole.put("properties", properties);
        whole.put("required", List.of("metadata", "spec"));
        return new Crd(group + "/" + in(version, "name", String.class), group, kind, SchemaNode.of(whole));
    }

    private static Map<?, ?> in(Map<?, ?> map, String name) {
        return in(map, name, Map.class);
    }

    private static <T> T in(Map<?, ?> map, String name, Class<T> type) {
        T found = type.cast(map.get(name));
        if (found == null) {
            throw new IllegalStateException("the packaged CRD has no " + name);
        }
        return found;
    }

    private static Map<?, ?> parse(String yaml) {
        List<Problem> problems = new ArrayList<>();
        List<YamlDocument> documents = YamlReader.read(Path.of("CRD"), yaml, problems);
        if (documents.isEmpty() || !(documents.getFirst().root() instanceof Map<?, ?> map)) {
            throw new IllegalStateException("the packaged CRD: " + problems);
        }
        return map;
    }
}
