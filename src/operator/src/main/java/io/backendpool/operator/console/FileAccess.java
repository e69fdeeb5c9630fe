package io.backendpool.operator.console;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.operator.standalone.StateDirectory;
import io.backendpool.operator.validate.ManifestCheck;
import io.backendpool.operator.validate.ManifestFiles;
import io.backendpool.operator.validate.ManifestValidator;
import io.backendpool.operator.validate.ValidPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The pools of a standalone operator, by its files: the manifests, the status beside each, and overrides in a file of their
 * own beside it, which the operator watches as it watches the manifest: {@code pool.yaml.overrides.yaml}. What Git owns is
 * not touched.
 */
public final class FileAccess implements PoolAccess {
    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                    .build())
            .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    private final List<Path> manifests;
    private final @Nullable String namespace;

    private FileAccess(List<Path> manifests, @Nullable String namespace) {
        this.manifests = manifests;
        this.namespace = namespace;
    }

    /**
     * By the manifests themselves.
     *
     * @param manifests files and folders, as the operator was given them
     * @param namespace null: all
     */
    public static FileAccess of(List<Path> manifests, @Nullable String namespace) {
        return new FileAccess(List.copyOf(manifests), namespace);
    }

    /**
     * By the directory in which an operator keeps its state.
     *
     * @throws IOException no operator has been there; the message is for people
     */
    public static FileAccess ofStateDirectory(Path directory, @Nullable String namespace) throws IOException {
        return of(StateDirectory.manifestsOf(directory), namespace);
    }

    @Override
    public List<BackendPool> pools() throws IOException {
        List<BackendPool> pools = new ArrayList<>();
        for (ValidPool valid : valid()) {
            BackendPool pool = valid.pool();
            BackendPool said = status(valid.file(), pool);
            if (said != null) {
                pool.setStatus(said.getStatus());
            }
            pools.add(pool);
        }
        pools.sort(Comparator.comparing(PoolAccess::title));
        return pools;
    }

    private List<ValidPool> valid() throws IOException {
        ManifestCheck check = new ManifestValidator().check(manifests);
        if (check.pools().isEmpty() && !check.problems().isEmpty()) {
            throw new IOException(check.problems().getFirst().toString());
        }
        return check.pools().stream()
                .filter(valid -> namespace == null
                        || namespace.equals(valid.pool().getMetadata().getNamespace()))
                .toList();
    }

    private static @Nullable BackendPool status(Path manifest, BackendPool pool) throws IOException {
        Path file = manifest.resolveSibling(manifest.getFileName() + ManifestFiles.STATUS_SUFFIX);
        if (!Files.exists(file)) {
            return null;
        }
        try (MappingIterator<BackendPool> documents =
                YAML.readerFor(BackendPool.class).readValues(file.toFile())) {
            while (documents.hasNextValue()) {
                BackendPool document = documents.nextValue();
                if (PoolAccess.title(document).equals(PoolAccess.title(pool))) {
                    return document;
                }
            }
            return null;
        } catch (JsonProcessingException noStatus) {
            throw new IOException(file + ": no status: " + noStatus.getOriginalMessage(), noStatus);
        }
    }

    @Override
    public void apply(OverrideRequest override) throws IOException {
        Path file = overridesOf(override.namespace() + "/" + override.pool());
        List<Map<String, Object>> documents = read(file);
        documents.removeIf(document -> override.name().equals(metadata(document).get("name")));
        documents.add(override.document());
        write(file, documents);
    }

    @Override
    public List<String> remove(BackendPool pool, OverrideTarget target) throws IOException {
        Path file = overridesOf(PoolAccess.title(pool));
        List<Map<String, Object>> documents = read(file);
        List<String> removed = new ArrayList<>();
        documents.removeIf(document -> {
            Map<String, Object> spec = part(document, "spec");
            boolean its = pool.getMetadata().getName().equals(spec.get("pool"))
                    && target.group().equals(spec.get("group"))
                    && Objects.equals(target.address(), spec.get("address"));
            if (its) {
                removed.add(String.valueOf(metadata(document).get("name")));
            }
            return its;
        });
        if (!removed.isEmpty()) {
            write(file, documents);
        }
        return removed;
    }

    private Path overridesOf(String pool) throws IOException {
        for (ValidPool valid : valid()) {
            if (PoolAccess.title(valid.pool()).equals(pool)) {
                return ManifestFiles.overridesBeside(valid.file());
            }
        }
        throw new IOException("pool %s: its manifest is not there any more".formatted(pool));
    }

    private static List<Map<String, Object>> read(Path file) throws IOException {
        List<Map<String, Object>> documents = new ArrayList<>();
        if (!Files.exists(file)) {
            return documents;
        }
        try (MappingIterator<Map<String, Object>> found =
                YAML.readerForMapOf(Object.class).readValues(file.toFile())) {
            while (found.hasNextValue()) {
                Map<String, Object> document = found.nextValue();
                if (document != null) {
                    documents.add(new LinkedHashMap<>(document));
                }
            }
        } catch (JsonProcessingException broken) {
            throw new IOException(
                    "%s: %s (expected: YAML; mend it, or delete it to end its overrides)"
                            .formatted(file, broken.getOriginalMessage()),
                    broken);
        }
        return documents;
    }

    /** Whole or not at all; without documents there is no file. */
    private static void write(Path file, List<Map<String, Object>> documents) throws IOException {
        if (documents.isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        StringBuilder text = new StringBuilder();
        for (Map<String, Object> document : documents) {
            text.append(YAML.writeValueAsString(document));
        }
        Path next = file.resolveSibling("." + file.getFileName() + ".next");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Map<String, Object> metadata(Map<String, Object> document) {
        return part(document, "metadata");
    }

    private static Map<String, Object> part(Map<String, Object> document, String name) {
        Map<String, Object> part = new LinkedHashMap<>();
        if (document.get(name) instanceof Map<?, ?> found) {
            found.forEach((key, value) -> part.put(String.valueOf(key), value));
        }
        return part;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
