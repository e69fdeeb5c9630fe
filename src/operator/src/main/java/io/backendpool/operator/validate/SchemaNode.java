package io.backendpool.operator.validate;

import com.google.re2j.Pattern;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One node of a structural schema of a CRD: what the API server makes of {@code openAPIV3Schema}. Immutable.
 *
 * @param type object, array, string, integer, number or boolean; null for an int-or-string or an untyped value
 * @param title how a value looks, in words; our CRD gives one to every pattern
 * @param properties by name, in the CRD's order
 * @param items of an array
 * @param values of a map
 */
record SchemaNode(
        @Nullable String type,
        @Nullable String title,
        Map<String, SchemaNode> properties,
        @Nullable SchemaNode items,
        @Nullable SchemaNode values,
        List<String> required,
        @Nullable Object defaultValue,
        List<?> allowed,
        @Nullable Double minimum,
        @Nullable Double maximum,
        @Nullable Pattern pattern,
        @Nullable Long minSize,
        @Nullable Long maxSize,
        @Nullable String listType,
        List<String> listKeys,
        boolean intOrString,
        boolean preservesUnknown,
        boolean nullable,
        List<CelRule> rules) {

    /** A schema as it is written in the CRD. */
    static SchemaNode of(Map<?, ?> schema) {
        Map<String, SchemaNode> properties = new LinkedHashMap<>();
        map(schema, "properties").forEach((name, each) -> properties.put((String) name, of((Map<?, ?>) each)));
        return new SchemaNode(
                (String) schema.get("type"),
                (String) schema.get("title"),
                properties,
                nested(schema, "items"),
                nested(schema, "additionalProperties"),
                strings(schema, "required"),
                schema.get("default"),
                list(schema, "enum"),
                number(schema, "minimum"),
                number(schema, "maximum"),
                schema.get("pattern") instanceof String pattern ? Pattern.compile(pattern) : null,
                size(schema, "minLength", "minItems", "minProperties"),
                size(schema, "maxLength", "maxItems", "maxProperties"),
                (String) schema.get("x-kubernetes-list-type"),
                strings(schema, "x-kubernetes-list-map-keys"),
                Boolean.TRUE.equals(schema.get("x-kubernetes-int-or-string")),
                Boolean.TRUE.equals(schema.get("x-kubernetes-preserve-unknown-fields")),
                Boolean.TRUE.equals(schema.get("nullable")),
                list(schema, "x-kubernetes-validations").stream()
                        .map(rule -> CelRule.of((Map<?, ?>) rule))
                        .toList());
    }

    private static @Nullable SchemaNode nested(Map<?, ?> schema, String name) {
        return schema.get(name) instanceof Map<?, ?> nested ? of(nested) : null;
    }

    private static Map<?, ?> map(Map<?, ?> schema, String name) {
        return schema.get(name) instanceof Map<?, ?> found ? found : Map.of();
    }

    private static List<?> list(Map<?, ?> schema, String name) {
        return schema.get(name) instanceof List<?> found ? found : List.of();
    }

    private static List<String> strings(Map<?, ?> schema, String name) {
        return list(schema, name).stream().map(String.class::cast).toList();
    }

    private static @Nullable Double number(Map<?, ?> schema, String name) {
        return schema.get(name) instanceof Number number ? (Double) number.doubleValue() : null;
    }

    private static @Nullable Long size(Map<?, ?> schema, String... names) {
        for (String name : names) {
            if (schema.get(name) instanceof Number number) {
                return number.longValue();
            }
        }
        return null;
    }
}
