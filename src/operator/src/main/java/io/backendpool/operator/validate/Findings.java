package io.backendpool.operator.validate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The problems of one document, with their lines. Used by one thread. */
final class Findings {
    private final Path file;
    private final YamlDocument document;
    private final List<Problem> problems = new ArrayList<>();

    Findings(Path file, YamlDocument document) {
        this.file = file;
        this.document = document;
    }

    void add(String path, String message) {
        problems.add(new Problem(file, document.lineOf(path), path, message));
    }

    /** Whether anything at that path or below it has a problem. */
    boolean within(String path) {
        return problems.stream().anyMatch(problem -> FieldPath.isWithin(problem.field(), path));
    }

    int lineOf(String path) {
        return document.lineOf(path);
    }

    /** By line; in the order of finding within a line. */
    List<Problem> sorted() {
        List<Problem> sorted = new ArrayList<>(problems);
        sorted.sort((a, b) -> Integer.compare(a.line(), b.line()));
        return sorted;
    }
}
