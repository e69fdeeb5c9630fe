package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The CRD as it must be: what Fabric8's generator makes of the beans, and then what its annotations cannot say.
 * Deterministic.
 */
final class GeneratedCrd implements CRDPostProcessor {
    private static final String HEADER = """
            # The CRD of KIND. Generated from the Java types in src/api; a test fails when it is stale.
            # Written anew by: ./mvnw -pl src/api test -Dtest=CrdTest -Dcrd.rewrite=true
            """;

    /** The canonical form of a Quantity as the API server parses it: {@code 500m}, {@code 1Gi}, {@code 1e3}. */
    private static final String QUANTITY = "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))"
            + "(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$";

    /** What a value looks like, in words: the schema's title beside its pattern, for the messages of whoever reads the CRD. */
    private static final Map<String, String> WORDS = words(
            Syntax.LABEL,
            "1 to 63 lower-case letters, digits and dashes, starting and ending with a letter or a digit",
            Syntax.SERVICE_NAME,
            "1 to 63 lower-case letters, digits and dashes, starting with a letter and not ending with a dash",
            Syntax.PORT_NAME,
            "1 to 65,535, or the name of a port: up to 15 lower-case letters, digits and single dashes, a letter among them",
            Syntax.DURATION,
            "a duration such as 500ms, 5s or 1m30s",
            Syntax.STATUS_RANGE,
            "a status code such as \"200\" or a range such as \"200-299\", within 100 to 599",
            Syntax.PATH,
            "a path of up to 1,024 characters that starts with '/', without spaces and '#'",
            Syntax.ADDRESS,
            "IPv4:port, [IPv6]:port or dns-name:port, the port 1 to 65,535",
            Syntax.HOST,
            "a host name or address of up to 260 characters, with or without a port",
            Syntax.LABEL_VALUE,
            "up to 63 letters, digits, '-', '_' and '.', starting and ending with a letter or a digit",
            QUANTITY,
            "a quantity such as 500m, 2 or 1Gi",
            Syntax.SERVER_NAME,
            "a DNS name in lower case",
            Syntax.SERVER_NAME_OR_WILDCARD,
            "a DNS name in lower case, or *. and a DNS name",
            Syntax.SECRET_NAME,
            "the name of a Secret: lower-case letters, digits, dashes and dots",
            Syntax.TOKEN,
            "a word of letters, digits and any of !#$%&'*+-.^_`|~",
            Syntax.IP_RANGE,
            "an address or a range such as 10.0.0.0/8 or 2001:db8::/32",
            Syntax.LITERAL_ADDRESS,
            "IPv4:port or [IPv6]:port, the port 1 to 65,535",
            Syntax.FACTOR,
            "a number of 0.1 to 10 in quotes, such as \"1.5\"",
            Syntax.WHOLE_SECONDS,
            "a duration of whole seconds such as 30m or 24h",
            Syntax.COOKIE_PATH,
            "a path of up to 256 characters that starts with '/', without spaces, ';' and ','",
            Syntax.ESCAPED,
            "1 to 1,024 characters, with the escapes \\r, \\n, \\t, \\\\ and \\xHH",
            Syntax.GRPC_SERVICE,
            "the name of a service such as shop.v1.Cart",
            Syntax.FIELD_VALUE,
            "up to 1,024 characters without control characters",
            Syntax.TIMESTAMP,
            "a time of RFC 3339 such as 2026-01-31T06:00:00Z");

    private static Map<String, String> words(String... pairs) {
        Map<String, String> words = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            words.put(pairs[i], pairs[i + 1]);
        }
        return Map.copyOf(words);
    }

    private final Class<? extends CustomResource<?, ?>> resource;
    private final Consumer<JSONSchemaProps> completion;

    private GeneratedCrd(Class<? extends CustomResource<?, ?>> resource, Consumer<JSONSchemaProps> completion) {
        this.resource = resource;
        this.completion = completion;
    }

    /** The whole file of BackendPool. */
    static String pool() {
        return new GeneratedCrd(BackendPool.class, GeneratedCrd::completePool).yaml();
    }

    /** The whole file of BackendPoolOverride. */
    static String override() {
        return new GeneratedCrd(BackendPoolOverride.class, GeneratedCrd::completeOverride).yaml();
    }

    private String yaml() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new CRDGenerator()
                .customResourceClasses(resource)
                .forCRDVersions("v1")
                .withMinQuotes(true)
                .withPostProcessor(this)
                .withOutput(new CRDGenerator.AbstractCRDOutput<ByteArrayOutputStream>() {
                    @Override
                    protected ByteArrayOutputStream createStreamFor(String name) {
                        return bytes;
                    }
                })
                .generate();
        String yaml = bytes.toString(StandardCharsets.UTF_8);
        return HEADER.replace("KIND", resource.getSimpleName()) + yaml.substring(yaml.indexOf('\n') + 1);
    }

    @Override
    public HasMetadata process(HasMetadata crd, String version) {
        for (CustomResourceDefinitionVersion each :
                ((CustomResourceDefinition) crd).getSpec().getVersions()) {
            orderColumns(each);
            completion.accept(each.getSchema().getOpenAPIV3Schema());
        }
        return crd;
    }

    /** The generator sorts them by path; users read them from left to right. */
    private void orderColumns(CustomResourceDefinitionVersion version) {
        List<String> wanted = new ArrayList<>();
        for (AdditionalPrinterColumn column : resource.getAnnotationsByType(AdditionalPrinterColumn.class)) {
            wanted.add(column.name());
        }
        List<CustomResourceColumnDefinition> columns = new ArrayList<>(version.getAdditionalPrinterColumns());
        columns.sort(Comparator.comparingInt(column -> wanted.indexOf(column.getName())));
        version.setAdditionalPrinterColumns(columns);
    }

    private static void completeOverride(JSONSchemaProps root) {
        root.setDescription(
                "What an operator at night or a tool says against the manifest of a BackendPool, without touching it: drain a "
                        + "backend or a group, or give it another weight, until a time.");
        root.setRequired(List.of("spec"));
        JSONSchemaProps spec = property(root, "spec");
        spec.setDescription("What you want.");
        describePatterns(spec);
        JSONSchemaProps status = property(root, "status");
        status.setDescription("What came of it. Written by the operator.");
        conditions(status, "Accepted, Active or Expired");
    }

    private static void completePool(JSONSchemaProps root) {
        root.setDescription(
                "A pool of backends behind a set of self-healing proxies: which backends with which weights, how one "
                        + "is chosen, how their health is checked, and what the data plane really does with it.");
        root.setRequired(List.of("spec"));

        JSONSchemaProps spec = property(root, "spec");
        spec.setDescription("What you want.");
        mapList(property(spec, "listeners"), "name");
        mapList(property(spec, "backends"), "name");
        setList(property(spec, "backends", "[]", "addresses"));
        setList(property(spec, "backends", "[]", "serverNames"));
        mapList(property(spec, "listeners", "[]", "tls", "certificateRefs"), "name");
        setList(property(spec, "listeners", "[]", "proxyProtocol", "trustedRanges"));
        setList(property(spec, "retries", "retryOn"));
        setList(property(spec, "http", "forwarding"));
        JSONSchemaProps retried = property(spec, "retries", "statuses");
        setList(retried);
        retried.getItems().getSchema().setXKubernetesValidations(List.of(ascendingRange()));
        portNumberOrName(property(spec, "backends", "[]", "service", "port"));
        JSONSchemaProps statuses = property(spec, "healthCheck", "http", "expectedStatuses");
        setList(statuses);
        mapList(property(spec, "healthCheck", "http", "headers"), "name");
        statuses.getItems().getSchema().setXKubernetesValidations(List.of(ascendingRange()));
        emptyDefault(property(spec, "loadBalancing"));
        emptyDefault(property(spec, "proxy"));
        walk(property(spec, "proxy"), GeneratedCrd::quantities);

        describePatterns(spec);

        JSONSchemaProps status = property(root, "status");
        status.setDescription("What the data plane really does. Written by the operator.");
        conditions(status, "Accepted, ResolvedRefs, Programmed, Ready, Reconciling or Stalled");
    }

    private static void describePatterns(JSONSchemaProps spec) {
        walk(spec, schema -> schema.setTitle(schema.getPattern() == null ? null : WORDS.get(schema.getPattern())));
    }

    private static void conditions(JSONSchemaProps status, String types) {
        mapList(property(status, "conditions"), "type");
        property(status, "conditions", "[]").setRequired(List.of("type", "status"));
        describeConditions(property(status, "conditions", "[]"), types);
    }

    /** Kubernetes' own type comes without words: those of metav1.Condition, with what is ours. */
    private static void describeConditions(JSONSchemaProps condition, String types) {
        Map<String, String> words = Map.of(
                "type", "What it speaks of: " + types + ".",
                "status", "True, False or Unknown.",
                "reason", "Why, in one word; docs/reference/conditions.md explains each.",
                "message", "Why, for people.",
                "observedGeneration", "The metadata.generation that this condition speaks of.",
                "lastTransitionTime", "When status changed last, RFC 3339. A new reason or message does not move it.");
        words.forEach((name, description) -> property(condition, name).setDescription(description));
    }

    /** The generator has no bounds for an int-or-string. Those of the number bind a number only, those of the name a name. */
    private static void portNumberOrName(JSONSchemaProps port) {
        port.setMinimum(1.0);
        port.setMaximum(65_535.0);
        port.setMinLength(1L);
        port.setMaxLength(15L);
        port.setPattern(Syntax.PORT_NAME);
    }

    /** A rule on the items of a list of strings: the generator takes rules on fields and classes only. */
    private static ValidationRule ascendingRange() {
        ValidationRule rule = new ValidationRule();
        rule.setRule("size(self) != 7 || self.substring(0, 3) <= self.substring(4, 7)");
        rule.setMessageExpression("'\"' + self + '\" (expected: the first code not above the last)'");
        rule.setMessage("expected: the first code not above the last");
        return rule;
    }

    /** Unique by that field, and merged by it in a server-side apply. */
    private static void mapList(JSONSchemaProps list, String key) {
        list.setXKubernetesListType("map");
        list.setXKubernetesListMapKeys(List.of(key));
    }

    /** Each item once, in a server-side apply owned one by one. */
    private static void setList(JSONSchemaProps list) {
        list.setXKubernetesListType("set");
    }

    /** The generator writes a null for each field of the bean; {} lets the fields' own defaults fill it. */
    private static void emptyDefault(JSONSchemaProps schema) {
        schema.setDefault(JsonNodeFactory.instance.objectNode());
    }

    private static void quantities(JSONSchemaProps schema) {
        Map<String, JSONSchemaProps> properties = schema.getProperties();
        if (properties == null) {
            return;
        }
        for (String name : List.of("limits", "requests")) {
            JSONSchemaProps resources = properties.get(name);
            if (resources != null && resources.getAdditionalProperties() != null) {
                resources.getAdditionalProperties().getSchema().setPattern(QUANTITY);
            }
        }
    }

    private static void walk(JSONSchemaProps schema, Consumer<JSONSchemaProps> visitor) {
        visitor.accept(schema);
        if (schema.getProperties() != null) {
            schema.getProperties().values().forEach(property -> walk(property, visitor));
        }
        if (schema.getItems() != null && schema.getItems().getSchema() != null) {
            walk(schema.getItems().getSchema(), visitor);
        }
        if (schema.getAdditionalProperties() != null
                && schema.getAdditionalProperties().getSchema() != null) {
            walk(schema.getAdditionalProperties().getSchema(), visitor);
        }
    }

    private static JSONSchemaProps property(JSONSchemaProps schema, String... path) {
        JSONSchemaProps at = schema;
        for (String name : path) {
            JSONSchemaProps next = name.equals("[]")
                    ? at.getItems().getSchema()
                    : at.getProperties().get(name);
            at = Objects.requireNonNull(next, name);
        }
        return at;
    }
}
