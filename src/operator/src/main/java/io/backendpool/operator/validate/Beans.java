package io.backendpool.operator.validate;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.util.Map;

/** Checked documents to beans. Loaded at the first use: a check that only counts has no need of Jackson. Any thread. */
final class Beans {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private Beans() {}

    /** A bean of its own, in the namespace {@code default} if the document names none. */
    static <T extends HasMetadata> T read(Map<String, Object> complete, Class<T> type) {
        T bean;
        try {
            // By way of the text: a bean's own deserialiser may not know a Long, which IntOrString's does not.
            bean = MAPPER.readValue(MAPPER.writeValueAsBytes(complete), type);
        } catch (IOException e) {
            throw new IllegalStateException("the beans cannot hold what the CRD allows: " + e.getMessage(), e);
        }
        if (bean.getMetadata().getNamespace() == null) {
            bean.getMetadata().setNamespace(ManifestValidator.DEFAULT_NAMESPACE);
        }
        return bean;
    }
}
