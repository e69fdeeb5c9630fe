package io.backendpool.operator.validate;

import com.google.re2j.Pattern;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One document against the CRD, in the order of the API server: names, defaults, schema, rules. Any thread. */
final class DocumentCheck {
    private static final int MAX_LABEL_NAME = 63;
    private static final Pattern LABEL_KEY = Pattern.compile(
            "^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?" + "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$");

    private final Crd pools;
    private final Crd overrides;

    DocumentCheck(Crd pools, Crd overrides) {
        this.pools = pools;
        this.overrides = overrides;
    }

    /** What a document turned out to be. */
    sealed interface Outcome {
        /** Not of this operator. */
        record Other() implements Outcome {}

        /**
         * A pool or an override of this operator.
         *
         * @param kind which of them
         * @param pool null when there are problems, and where it is an override
         * @param override the same the other way round
         * @param problems by line
         */
        record Checked(
                String kind,
                @Nullable ValidPool pool,
                @Nullable ValidOverride override,
                List<Problem> problems) implements Outcome {}
    }

    Outcome check(Path file, YamlDocument document) {
        Findings findings = new Findings(file, document);
        if (!(document.root() instanceof Map<?, ?> raw)) {
            findings.add("", Wording.found(document.root()) + " (expected: a mapping with apiVersion and kind)");
            return new Outcome.Checked(pools.kind(), null, null, findings.sorted());
        }
        @SuppressWarnings("unchecked") // see YamlDocument
        Map<String, Object> fields = (Map<String, Object>) raw;
        if (!(fields.get("apiVersion") instanceof String apiVersion)) {
            findings.add(
                    "apiVersion", wrong(fields, "apiVersion", pools.apiVersion() + ", or that of another resource"));
            return new Outcome.Checked(pools.kind(), null, null, findings.sorted());
        }
        if (!(fields.get("kind") instanceof String kind)) {
            findings.add("kind", wrong(fields, "kind", pools.kind() + ", or that of another resource"));
            return new Outcome.Checked(pools.kind(), null, null, findings.sorted());
        }
        boolean isOverride = kind.equals(overrides.kind());
        Crd crd = isOverride ? overrides : pools;
        boolean ourGroup = apiVersion.equals(crd.group()) || apiVersion.startsWith(crd.group() + "/");
        if (!ourGroup && !kind.equals(crd.kind())) {
            return new Outcome.Other();
        }
        if (!apiVersion.equals(crd.apiVersion())) {
            findings.add("apiVersion", Wording.found(apiVersion) + " (expected: " + crd.apiVersion() + ")");
        }
        if (!kind.equals(crd.kind())) {
            findings.add("kind", Wording.found(kind) + " (expected: " + pools.kind() + " or " + overrides.kind() + ")");
        }
        checkContent(crd, findings, fields);
        List<Problem> problems = findings.sorted();
        boolean good = problems.isEmpty();
        return new Outcome.Checked(
                crd.kind(),
                good && !isOverride ? new ValidPool(file, document, fields) : null,
                good && isOverride ? new ValidOverride(file, document, fields) : null,
                problems);
    }

    private static void checkContent(Crd crd, Findings findings, Map<String, Object> fields) {
        fields.remove("status"); // written by the operator alone: the API server drops it, too
        Defaults.apply(crd.schema(), fields);
        new SchemaCheck(findings).check(crd.schema(), "", fields);
        if (fields.get("metadata") instanceof Map<?, ?> metadata) {
            checkKeys(findings, "metadata.labels", metadata.get("labels"));
            checkKeys(findings, "metadata.annotations", metadata.get("annotations"));
        }
        new ExpressionCheck(findings).check(fields);
        new RuleCheck(findings).check(crd.schema(), "", fields);
    }

    private static String wrong(Map<String, Object> fields, String name, String expected) {
        Object found = fields.get(name);
        return (found == null ? "missing" : Wording.found(found)) + " (expected: " + expected + ")";
    }

    /** The keys of labels and annotations, which no schema describes. */
    private static void checkKeys(Findings findings, String path, @Nullable Object map) {
        if (map instanceof Map<?, ?> entries) {
            for (Object key : entries.keySet()) {
                if (!LABEL_KEY.matches((String) key)) {
                    findings.add(
                            FieldPath.child(path, (String) key),
                            "the key " + Wording.found(key) + " (expected: an optional DNS name and '/', then up to "
                                    + MAX_LABEL_NAME + " letters, digits, '-', '_' and '.')");
                }
            }
        }
    }
}
