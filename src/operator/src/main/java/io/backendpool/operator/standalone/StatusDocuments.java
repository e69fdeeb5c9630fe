package io.backendpool.operator.standalone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import io.backendpool.operator.validate.ManifestFiles;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * What stands in the files beside the manifests: {@code pool.yaml} has {@code pool.yaml.status.yaml}, with one document for
 * each pool and for each override in it. Replaced atomically, so a reader never sees half of one. Who writes those of one
 * kind leaves the others as they are, also where an operator before this one wrote them. Thread-safe; a call waits for the
 * disk.
 */
public final class StatusDocuments {
    private static final Logger LOG = Logger.getLogger(StatusDocuments.class);

    /** By manifest and kind. */
    private final Map<Path, SortedMap<String, List<JsonNode>>> known = new HashMap<>();

    private final Set<Path> refused = new HashSet<>();

    /**
     * The documents of {@code kind} that are there now, as a program beside the operator reads them.
     *
     * @throws IOException they cannot be read; the message is for people
     */
    public static <T extends HasMetadata> List<T> read(Path manifest, Class<T> kind) throws IOException {
        Path file = ManifestFiles.statusBeside(manifest);
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        List<T> found = new ArrayList<>();
        try {
            for (JsonNode document : documents(file)) {
                if (HasMetadata.getKind(kind).equals(kindOf(document))) {
                    found.add(YamlFile.MAPPER.treeToValue(document, kind));
                }
            }
        } catch (JsonProcessingException noStatus) {
            throw new IOException(file + ": no status: " + noStatus.getOriginalMessage(), noStatus);
        }
        return found;
    }

    /** The documents of {@code kind} beside {@code manifest}; those that cannot be read are as if they were not there. */
    synchronized <T extends HasMetadata> List<T> of(Path manifest, Class<T> kind) {
        List<T> found = new ArrayList<>();
        for (JsonNode document : open(manifest).getOrDefault(HasMetadata.getKind(kind), List.of())) {
            try {
                found.add(YamlFile.MAPPER.treeToValue(document, kind));
            } catch (JsonProcessingException unreadable) {
                LOG.warnf(
                        "%s: a document cannot be read and is written anew: %s",
                        ManifestFiles.statusBeside(manifest), unreadable.getOriginalMessage());
            }
        }
        return found;
    }

    /**
     * Puts {@code documents} in place of all of {@code kind} beside {@code manifest}; without any document there is no file.
     *
     * @return false: the file cannot be written; that is logged, once
     */
    synchronized boolean replace(Path manifest, Class<? extends HasMetadata> kind, List<JsonNode> documents) {
        SortedMap<String, List<JsonNode>> kinds = open(manifest);
        kinds.put(HasMetadata.getKind(kind), List.copyOf(documents));
        Path file = ManifestFiles.statusBeside(manifest);
        try {
            YamlFile.replace(file, kinds.values().stream().flatMap(List::stream).toList());
            refused.remove(manifest);
            return true;
        } catch (IOException cannotWrite) {
            if (refused.add(manifest)) {
                LOG.warnf(
                        "%s cannot be written (%s); all goes on without a status file",
                        file, cannotWrite.getClass().getSimpleName());
            }
            return false;
        }
    }

    /** The document that gives {@code status} to one of {@code kind}. */
    static JsonNode document(Class<? extends HasMetadata> kind, String namespace, String name, Object status) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("namespace", namespace);
        metadata.put("name", name);
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", HasMetadata.getApiVersion(kind));
        document.put("kind", HasMetadata.getKind(kind));
        document.put("metadata", metadata);
        document.put("status", status);
        return YamlFile.MAPPER.valueToTree(document);
    }

    /** What is there of {@code manifest}, read where nothing is known of it yet. */
    private SortedMap<String, List<JsonNode>> open(Path manifest) {
        return known.computeIfAbsent(manifest, StatusDocuments::earlier);
    }

    private static SortedMap<String, List<JsonNode>> earlier(Path manifest) {
        SortedMap<String, List<JsonNode>> earlier = new TreeMap<>();
        Path file = ManifestFiles.statusBeside(manifest);
        if (!Files.exists(file)) {
            return earlier;
        }
        try {
            for (JsonNode document : documents(file)) {
                earlier.computeIfAbsent(kindOf(document), kind -> new ArrayList<>())
                        .add(document);
            }
        } catch (IOException | RuntimeException unreadable) {
            LOG.warnf("%s cannot be read and is written anew: %s", file, unreadable.getMessage());
            earlier.clear();
        }
        return earlier;
    }

    private static List<JsonNode> documents(Path file) throws IOException {
        try (MappingIterator<JsonNode> documents =
                YamlFile.MAPPER.readerFor(JsonNode.class).readValues(file.toFile())) {
            return documents.readAll();
        }
    }

    private static String kindOf(JsonNode document) {
        return document.path("kind").asText();
    }
}
