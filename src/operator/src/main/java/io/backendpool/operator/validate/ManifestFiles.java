package io.backendpool.operator.validate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** From what the user named to files, and from files to text. Used once, by one thread. */
public final class ManifestFiles {
    /** What the name of a status file ends with, after the name of its manifest. */
    public static final String STATUS_SUFFIX = ".status.yaml";

    private static final String OVERRIDES_SUFFIX = ".overrides.yaml";

    /** The API server takes no bigger request. */
    private static final long MAX_BYTES = 3 * 1024 * 1024;

    private final List<Problem> problems;
    private final List<Path> files = new ArrayList<>();
    private final Set<Path> seen = new HashSet<>();

    private ManifestFiles(List<Problem> problems) {
        this.problems = problems;
    }

    /** The files, in the order in which they were named, those of a folder by name; each once. */
    static List<Path> of(List<Path> filesOrDirectories, List<Problem> problems) {
        ManifestFiles found = new ManifestFiles(problems);
        for (Path path : filesOrDirectories) {
            if (Files.isDirectory(path)) {
                found.addDirectory(path);
            } else {
                found.add(path);
            }
        }
        return found.files;
    }

    /** Where overrides of the pools of {@code manifest} are kept that somebody asked for at the command line. */
    public static Path overridesBeside(Path manifest) {
        return manifest.resolveSibling(manifest.getFileName() + OVERRIDES_SUFFIX);
    }

    private void add(Path file) {
        if (seen.add(file.toAbsolutePath().normalize())) {
            files.add(file);
        }
    }

    private void addDirectory(Path directory) {
        List<Path> inside;
        try (Stream<Path> entries = Files.list(directory)) {
            inside = entries.filter(ManifestFiles::isManifest).sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            problems.add(new Problem(directory, 1, "", "cannot be listed: " + reason(e)));
            return;
        }
        if (inside.isEmpty()) {
            problems.add(new Problem(directory, 1, "", "no manifest in this folder (expected: *.yaml or *.yml)"));
        }
        inside.forEach(this::add);
    }

    /** As kubectl takes them from a folder, without our own status files and what editors leave behind. */
    static boolean isManifest(Path file) {
        String name = file.getFileName().toString();
        boolean yaml = name.endsWith(".yaml") || name.endsWith(".yml");
        boolean ours = name.endsWith(".status.yaml") || name.endsWith(".status.yml");
        return yaml && !ours && !name.startsWith(".") && !name.startsWith("#") && !Files.isDirectory(file);
    }

    /** The text of a file; null, with the problem added, where it is none. */
    static @Nullable String read(Path file, List<Problem> problems) {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                problems.add(new Problem(file, 1, "", "%,d bytes (expected: up to %,d)".formatted(size, MAX_BYTES)));
                return null;
            }
            byte[] bytes = Files.readAllBytes(file);
            for (byte each : bytes) {
                if (each == 0) {
                    problems.add(new Problem(file, 1, "", "a binary file (expected: YAML)"));
                    return null;
                }
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            problems.add(new Problem(file, 1, "", "not text in UTF-8 (expected: YAML)"));
        } catch (IOException e) {
            problems.add(new Problem(file, 1, "", "cannot be read: " + reason(e)));
        }
        return null;
    }

    private static String reason(Exception e) {
        if (e instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
