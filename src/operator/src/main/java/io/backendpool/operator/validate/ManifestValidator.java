package io.backendpool.operator.validate;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolOverride;
import io.backendpool.operator.validate.DocumentCheck.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Judges manifests as the API server does, off line: the CRD's schema, its defaults and its CEL rules. Thread-safe; the CRD
 * is loaded once, with the first one. It never throws because of what a file holds, or because there is none: that is a
 * {@link Problem}.
 */
public final class ManifestValidator {
    /** Where a pool without a namespace is. */
    static final String DEFAULT_NAMESPACE = "default";

    private final DocumentCheck documentCheck = new DocumentCheck(Packaged.POOLS, Packaged.OVERRIDES);

    public ManifestValidator() {}

    /** Like {@link #check(List)}, for one path. */
    public ManifestCheck check(Path fileOrDirectory) {
        return check(List.of(fileOrDirectory));
    }

    /**
     * Checks files, and the {@code *.yaml} and {@code *.yml} files of folders (not of their subfolders; not
     * {@code *.status.yaml}, hidden files and backups of editors). Documents of other kinds are counted and skipped. Of two
     * pools of one name the first one stays.
     */
    public ManifestCheck check(List<Path> filesOrDirectories) {
        Run run = new Run();
        for (Path file : ManifestFiles.of(filesOrDirectories, run.problems)) {
            String text = ManifestFiles.read(file, run.problems);
            if (text != null) {
                run.check(file, text);
            }
        }
        return run.result();
    }

    /**
     * Checks a text.
     *
     * @param shownAs the file that problems name
     */
    public ManifestCheck checkText(Path shownAs, String yaml) {
        Run run = new Run();
        run.check(shownAs, yaml);
        return run.result();
    }

    /** One call's findings. */
    private final class Run {
        private final List<Problem> problems = new ArrayList<>();
        private final List<ValidPool> pools = new ArrayList<>();
        private final List<ValidOverride> overrides = new ArrayList<>();
        private final Map<String, String> firstPlaces = new HashMap<>();
        private int otherDocuments;

        ManifestCheck result() {
            return new ManifestCheck(pools, overrides, problems, otherDocuments);
        }

        void check(Path file, String text) {
            int before = problems.size();
            // A byte order mark is no content.
            List<YamlDocument> documents =
                    YamlReader.read(file, text.startsWith("\uFEFF") ? text.substring(1) : text, problems);
            if (documents.isEmpty() && problems.size() == before) {
                problems.add(new Problem(file, 1, "", "empty (expected: a BackendPool)"));
            }
            for (YamlDocument document : documents) {
                if (isKustomization(file)) {
                    otherDocuments++;
                    continue;
                }
                switch (documentCheck.check(file, document)) {
                    case Outcome.Other other -> otherDocuments++;
                    case Outcome.Checked checked -> add(file, document, checked);
                }
            }
        }

        private void add(Path file, YamlDocument document, Outcome.Checked checked) {
            problems.addAll(checked.problems());
            // A pool with a problem has its name, too: another file must not take its place unseen.
            String twin = identity(document)
                    .map(id -> firstPlaces.putIfAbsent(
                            checked.kind() + " " + id, file + ":" + document.lineOf("metadata.name")))
                    .orElse(null);
            if (twin != null) {
                String name = identity(document).orElse("");
                problems.add(new Problem(
                        file,
                        document.lineOf("metadata.name"),
                        "metadata.name",
                        name + " is already at " + twin + " (expected: each "
                                + (checked.kind().equals(Packaged.OVERRIDES.kind()) ? "override" : "pool") + " once)"));
                return;
            }
            if (checked.pool() != null) {
                pools.add(checked.pool());
            }
            if (checked.override() != null) {
                overrides.add(checked.override());
            }
        }
    }

    /** {@code namespace/name} of a document, as far as it has one. */
    private static Optional<String> identity(YamlDocument document) {
        if (document.root() instanceof Map<?, ?> root
                && root.get("metadata") instanceof Map<?, ?> metadata
                && metadata.get("name") instanceof String name
                && !name.isEmpty()) {
            return Optional.of(namespace(metadata.get("namespace")) + "/" + name);
        }
        return Optional.empty();
    }

    private static String namespace(@Nullable Object found) {
        return found instanceof String namespace && !namespace.isEmpty() ? namespace : DEFAULT_NAMESPACE;
    }

    /** The one manifest of a GitOps folder that need not say its kind. */
    private static boolean isKustomization(Path file) {
        String name = file.getFileName().toString();
        return name.equals("kustomization.yaml") || name.equals("kustomization.yml");
    }

    /** Loaded with the first validator. */
    private static final class Packaged {
        static final Crd POOLS = Crd.load(BackendPool.CRD_RESOURCE);
        static final Crd OVERRIDES = Crd.load(BackendPoolOverride.CRD_RESOURCE);
    }
}
