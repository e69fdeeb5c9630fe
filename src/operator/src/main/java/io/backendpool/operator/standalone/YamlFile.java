package io.backendpool.operator.standalone;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.backendpool.control.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

/** Files of YAML documents that people read and programs write. Any thread. */
public final class YamlFile {
    /** Reads and writes documents as people would write them. */
    public static final ObjectMapper MAPPER = new ObjectMapper(YAMLFactory.builder()
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                    .build())
            .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    private YamlFile() {}

    /** Makes {@code file} one of {@code documents}, whole or not at all, so that no reader sees half of it; without documents there is no file. */
    public static void replace(Path file, Collection<?> documents) throws IOException {
        if (documents.isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        StringBuilder text = new StringBuilder();
        for (Object document : documents) {
            text.append(MAPPER.writeValueAsString(document));
        }
        AtomicFile.write(file, text.toString());
    }
}
