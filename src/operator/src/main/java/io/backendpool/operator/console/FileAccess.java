package io.backendpool.operator.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolOverride;
import io.backendpool.api.v1alpha1.BackendPoolOverrideStatus;
import io.backendpool.operator.standalone.OverrideDocument;
import io.backendpool.operator.standalone.StateDirectory;
import io.backendpool.operator.standalone.StatusDocuments;
import io.backendpool.operator.standalone.YamlFile;
import io.backendpool.operator.status.OverrideJudgement;
import io.backendpool.operator.translate.OverrideId;
import io.backendpool.operator.translate.OverrideSpec;
import io.backendpool.operator.translate.OverrideVerdict;
import io.backendpool.operator.validate.ManifestCheck;
import io.backendpool.operator.validate.ManifestFiles;
import io.backendpool.operator.validate.ManifestValidator;
import io.backendpool.operator.validate.Problem;
import io.backendpool.operator.validate.ValidPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The pools of a standalone operator, by its files: the manifests, the status beside each, and overrides in a file of their
 * own beside it, which the operator watches as it watches the manifest: {@code pool.yaml.overrides.yaml}. What Git owns is
 * not touched.
 */
public final class FileAccess implements PoolAccess {
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

    /** A pool, and the manifest that it is from. */
    private record Found(Path manifest, BackendPool pool) {}

    /** Also what is wrong with a manifest whose last good version goes on, and which override traffic does not follow. */
    @Override
    public Seen look() throws IOException {
        ManifestCheck check = check();
        List<Found> found = found(check);
        return new Seen(found.stream().map(Found::pool).toList(), problems(check, found));
    }

    private List<PoolAccess.Trouble> problems(ManifestCheck check, List<Found> found) throws IOException {
        List<Problem> ofFiles = new ArrayList<>(check.problems());
        Map<OverrideId, OverrideDocument> overrides = OverrideDocument.read(check.overrides(), ofFiles);
        List<PoolAccess.Trouble> problems = new ArrayList<>();
        ofFiles.forEach(problem -> problems.add(new PoolAccess.Trouble("", problem.toString())));
        Set<String> known =
                found.stream().map(one -> PoolAccess.title(one.pool())).collect(Collectors.toSet());
        Map<Path, Map<OverrideId, BackendPoolOverrideStatus>> statuses = new HashMap<>();
        for (OverrideDocument override : overrides.values()) {
            OverrideSpec spec = override.spec();
            if (spec == null || !isAsked(spec.pool().namespace())) {
                continue;
            }
            if (!statuses.containsKey(override.file())) {
                statuses.put(override.file(), overrideStatuses(override.file()));
            }
            String pool = spec.pool().toString();
            String why = known.contains(pool)
                    ? OverrideJudgement.whyNotActive(
                            statuses.get(override.file()).get(override.id()))
                    : OverrideVerdict.withoutPool(spec).message();
            if (why != null) {
                problems.add(
                        new PoolAccess.Trouble(pool, override.withoutEffect(why).toString()));
            }
        }
        return problems;
    }

    private static Map<OverrideId, BackendPoolOverrideStatus> overrideStatuses(Path manifest) throws IOException {
        Map<OverrideId, BackendPoolOverrideStatus> statuses = new HashMap<>();
        for (BackendPoolOverride said : StatusDocuments.read(manifest, BackendPoolOverride.class)) {
            if (said.getStatus() != null) {
                statuses.put(OverrideId.of(said.getMetadata()), said.getStatus());
            }
        }
        return statuses;
    }

    private ManifestCheck check() {
        List<Path> files = new ArrayList<>(manifests);
        manifests.stream()
                .filter(Files::isRegularFile)
                .map(ManifestFiles::overridesBeside)
                .filter(file -> Files.exists(file) && !files.contains(file))
                .forEach(files::add);
        return new ManifestValidator().check(files);
    }

    /** The pools of good manifests, and of bad ones those that go on as they were, which the status tells of. */
    private List<Found> found(ManifestCheck check) throws IOException {
        Map<String, Found> found = new TreeMap<>();
        Map<Path, List<BackendPool>> statuses = new LinkedHashMap<>();
        for (ValidPool valid : check.pools()) {
            BackendPool pool = valid.pool();
            for (BackendPool said : statuses(valid.file(), statuses)) {
                if (PoolAccess.title(said).equals(PoolAccess.title(pool))) {
                    pool.setStatus(said.getStatus());
                }
            }
            found.put(PoolAccess.title(pool), new Found(valid.file(), pool));
        }
        for (Problem problem : check.problems()) {
            for (BackendPool said : statuses(problem.file(), statuses)) {
                found.putIfAbsent(PoolAccess.title(said), new Found(problem.file(), said));
            }
        }
        List<Found> asked = found.values().stream()
                .filter(one -> isAsked(one.pool().getMetadata().getNamespace()))
                .toList();
        if (asked.isEmpty() && !check.problems().isEmpty()) {
            throw new IOException(
                    check.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")));
        }
        return asked;
    }

    private boolean isAsked(String itsNamespace) {
        return namespace == null || namespace.equals(itsNamespace);
    }

    /** What the operator says of the pools of {@code manifest}; {@code known} is what was read already. */
    private static List<BackendPool> statuses(Path manifest, Map<Path, List<BackendPool>> known) throws IOException {
        List<BackendPool> read = known.get(manifest);
        if (read == null) {
            read = StatusDocuments.read(manifest, BackendPool.class);
            known.put(manifest, read);
        }
        return read;
    }

    @Override
    public void apply(OverrideRequest override) throws IOException {
        Path file = overridesOf(override.namespace() + "/" + override.pool());
        List<Map<String, Object>> documents = read(file);
        documents.removeIf(document -> override.name().equals(metadata(document).get("name")));
        documents.add(override.document());
        YamlFile.replace(file, documents);
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
            YamlFile.replace(file, documents);
        }
        return removed;
    }

    private Path overridesOf(String pool) throws IOException {
        for (Found found : found(check())) {
            if (PoolAccess.title(found.pool()).equals(pool)) {
                return ManifestFiles.overridesBeside(found.manifest());
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
                YamlFile.MAPPER.readerForMapOf(Object.class).readValues(file.toFile())) {
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
