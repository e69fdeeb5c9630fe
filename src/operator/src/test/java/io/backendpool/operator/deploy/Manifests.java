package io.backendpool.operator.deploy;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** YAML files of the repository, as objects. */
public final class Manifests {
    /** The repository's root; tests run in the module's folder. */
    public static final Path ROOT = Path.of("../..");

    private static final Pattern SEPARATOR = Pattern.compile("(?m)^---$");

    private Manifests() {}

    /** Each document of a file. */
    public static List<HasMetadata> documents(String file) {
        List<HasMetadata> documents = new ArrayList<>();
        for (String document : SEPARATOR.split(read(file), -1)) {
            if (!document.lines().allMatch(line -> line.isBlank() || line.startsWith("#"))) {
                documents.add(new KubernetesSerialization().unmarshal(document));
            }
        }
        return documents;
    }

    /** A file's text. */
    public static String read(String file) {
        try {
            return Files.readString(ROOT.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
