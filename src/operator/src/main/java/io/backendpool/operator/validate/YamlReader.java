package io.backendpool.operator.validate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Text to documents with the line of every field. As kubectl does, the text is cut at its {@code ---} lines first, so that
 * a document which is no YAML takes none of the others with it. Used once, by one thread.
 */
final class YamlReader {
    /** What aliases may make of a small text; beyond it is an attack, or an accident. */
    private static final int MAX_VALUES = 500_000;

    private static final int MAX_DEPTH = 100;

    private final Path file;
    private final List<Problem> problems;
    private final List<YamlDocument> documents = new ArrayList<>();
    private int values;

    private YamlReader(Path file, List<Problem> problems) {
        this.file = file;
        this.problems = problems;
    }

    /** The documents that are YAML and not empty; what is wrong with the others is added to the problems. */
    static List<YamlDocument> read(Path file, String text, List<Problem> problems) {
        YamlReader reader = new YamlReader(file, problems);
        StringBuilder part = new StringBuilder();
        int start = 1;
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (isSeparator(line)) {
                reader.readPart(part.toString(), start);
                part.setLength(0);
                start = number + 1;
            } else {
                part.append(line).append('\n');
            }
        }
        reader.readPart(part.toString(), start);
        return reader.documents;
    }

    /** {@code ---}, with nothing but blanks and a comment after it. */
    private static boolean isSeparator(String line) {
        if (!line.startsWith("---")) {
            return false;
        }
        String rest = line.substring(3).strip();
        return rest.isEmpty() || rest.startsWith("#");
    }

    private void readPart(String text, int firstLine) {
        if (text.isBlank()) {
            return;
        }
        try {
            LoadSettings settings = LoadSettings.builder()
                    .setSchema(new YamlScalars())
                    .setCodePointLimit(Integer.MAX_VALUE)
                    .build();
            for (Node node : new Compose(settings).composeAllFromString(text)) {
                Map<String, Integer> lines = new HashMap<>();
                Object root = new Conversion(firstLine, lines).value(node, "", 0);
                if (root != null) {
                    documents.add(new YamlDocument(root, line(node.getStartMark(), firstLine), text, lines));
                }
            }
        } catch (Refused e) {
            problems.add(e.problem);
        } catch (MarkedYamlEngineException e) {
            problems.add(new Problem(file, line(e.getProblemMark(), firstLine), "", "not YAML: " + sentence(e)));
        } catch (ReaderException e) {
            problems.add(new Problem(
                    file,
                    firstLine,
                    "",
                    "not YAML: the character U+%04X (expected: printable text)".formatted(e.getCodePoint())));
        } catch (YamlEngineException e) {
            problems.add(new Problem(file, firstLine, "", "not YAML: " + e.getMessage()));
        }
    }

    private static String sentence(MarkedYamlEngineException e) {
        String context = e.getContext();
        String problem = e.getProblem();
        return (context == null || context.isEmpty() ? problem : context + ", " + problem).replaceAll("\\s+", " ");
    }

    // The engine hands out an Optional.
    @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
    private static int line(java.util.Optional<Mark> mark, int firstLine) {
        return firstLine + mark.map(Mark::getLine).orElse(0);
    }

    /** A document that is YAML and still cannot be taken. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final transient Problem problem;

        Refused(Problem problem) {
            super(problem.message(), null, false, false);
            this.problem = problem;
        }
    }

    /** Nodes of one document to values. */
    private final class Conversion {
        private final int firstLine;
        private final Map<String, Integer> lines;
        private final IdentityHashMap<Node, Boolean> open = new IdentityHashMap<>();

        Conversion(int firstLine, Map<String, Integer> lines) {
            this.firstLine = firstLine;
            this.lines = lines;
        }

        @Nullable
        Object value(Node node, String path, int depth) {
            if (++values > MAX_VALUES || depth > MAX_DEPTH) {
                throw refused(
                        node, path, "too much (expected: up to " + MAX_VALUES + " values, " + MAX_DEPTH + " deep)");
            }
            if (node instanceof ScalarNode scalar) {
                return YamlScalars.value(scalar.getTag(), scalar.getValue());
            }
            if (open.put(node, true) != null) {
                throw refused(node, path, "an alias to what contains it (expected: a value)");
            }
            Object value = node instanceof MappingNode mapping
                    ? mapping(mapping, path, depth)
                    : sequence((SequenceNode) node, path, depth);
            open.remove(node);
            return value;
        }

        private List<@Nullable Object> sequence(SequenceNode node, String path, int depth) {
            List<@Nullable Object> items = new ArrayList<>();
            for (Node item : node.getValue()) {
                String child = FieldPath.item(path, items.size());
                lines.put(child, line(item.getStartMark(), firstLine));
                items.add(value(item, child, depth + 1));
            }
            return items;
        }

        private Map<String, @Nullable Object> mapping(MappingNode node, String path, int depth) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            Map<String, @Nullable Object> merged = new LinkedHashMap<>();
            for (NodeTuple tuple : node.getValue()) {
                String key = key(tuple.getKeyNode(), path);
                String child = FieldPath.child(path, key);
                if (key.equals("<<")) {
                    merge(tuple.getValueNode(), path, depth, merged);
                    continue;
                }
                int line = line(tuple.getKeyNode().getStartMark(), firstLine);
                if (fields.containsKey(key)) {
                    throw refused(
                            tuple.getKeyNode(),
                            child,
                            "given twice, first in line " + lines.get(child) + " (expected: each field once)");
                }
                lines.put(child, line);
                fields.put(key, value(tuple.getValueNode(), child, depth + 1));
            }
            merged.forEach(fields::putIfAbsent);
            return fields;
        }

        /** YAML 1.1's merge key: fields of one or more mappings, the first of them first, after the mapping's own. */
        private void merge(Node source, String path, int depth, Map<String, @Nullable Object> merged) {
            if (source instanceof SequenceNode sources) {
                sources.getValue().forEach(each -> merge(each, path, depth + 1, merged));
            } else if (source instanceof MappingNode && value(source, path, depth + 1) instanceof Map<?, ?> fields) {
                fields.forEach((name, each) -> merged.putIfAbsent((String) name, each));
            } else {
                throw refused(
                        source, FieldPath.child(path, "<<"), "no mapping (expected: a mapping, or a list of them)");
            }
        }

        private String key(Node node, String path) {
            if (!(node instanceof ScalarNode scalar)) {
                throw refused(node, path, "a mapping or a list as a field's name (expected: a word)");
            }
            Object value = YamlScalars.value(scalar.getTag(), scalar.getValue());
            return value == null ? "null" : value.toString();
        }

        private Refused refused(Node node, String path, String message) {
            return new Refused(new Problem(file, line(node.getStartMark(), firstLine), path, message));
        }
    }
}
