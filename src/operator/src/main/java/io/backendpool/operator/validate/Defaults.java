package io.backendpool.operator.validate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Structural defaulting as the API server does it before it validates: a null that a field does not allow counts as absent,
 * an absent field gets its default, and so do the fields of a default.
 */
final class Defaults {
    private Defaults() {}

    /** Completes the value in place. */
    static void apply(SchemaNode schema, @Nullable Object value) {
        if (value instanceof Map<?, ?> raw) {
            @SuppressWarnings("unchecked") // documents have no other keys, see YamlDocument
            Map<String, @Nullable Object> fields = (Map<String, @Nullable Object>) raw;
            ofFields(schema, fields);
        } else if (value instanceof List<?> items && schema.items() != null) {
            for (Object item : items) {
                apply(schema.items(), item);
            }
        }
    }

    private static void ofFields(SchemaNode schema, Map<String, @Nullable Object> fields) {
        fields.entrySet().removeIf(field -> {
            SchemaNode known = schema.properties().get(field.getKey());
            return field.getValue() == null && known != null && !known.nullable();
        });
        schema.properties().forEach((name, property) -> {
            if (property.defaultValue() != null && !fields.containsKey(name)) {
                fields.put(name, copy(property.defaultValue()));
            }
            apply(property, fields.get(name));
        });
        SchemaNode values = schema.values();
        if (values != null) {
            fields.values().forEach(value -> apply(values, value));
        }
    }

    /** The schema's own values are shared by all documents. */
    private static Object copy(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, each) -> copy.put(key, copy(each)));
            return copy;
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>();
            list.forEach(each -> copy.add(copy(each)));
            return copy;
        }
        return value;
    }
}
