package io.backendpool.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Dockerfile against what the build has left. No engine is needed: every file that it copies is looked for. */
class DockerfileIT {
    private static final Path ROOT = Path.of("../..");

    /** A line of the Dockerfile, continuations joined. */
    private record Instruction(String name, String arguments) {}

    private final Map<String, List<Instruction>> stages = stages();

    @Test
    void eachCopy_findsItsFiles() throws IOException {
        for (List<Instruction> stage : stages.values()) {
            for (String source : sources(stage)) {
                assertThat(matches(source)).as("COPY %s", source).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"operator, src/operator/target/quarkus-app", "proxy, src/proxy/target/proxy-app"})
    void image_holdsTheWholeProgram_andNothingElse(String target, String folder) throws IOException {
        Set<String> copied = new TreeSet<>();
        for (String source : sources(stage(target))) {
            copied.addAll(matches(source));
        }
        assertThat(copied).isEqualTo(files(ROOT.resolve(folder)));
    }

    @Test
    void librariesAndOwnJars_areInLayersOfTheirOwn() throws IOException {
        for (String target : List.of("operator", "proxy")) {
            for (Instruction copy : copies(stage(target))) {
                Set<String> files = new TreeSet<>();
                for (String source : sources(List.of(copy))) {
                    files.addAll(matches(source));
                }
                assertThat(files.stream().map(DockerfileIT::isOurs).distinct())
                        .as("COPY %s", copy.arguments())
                        .hasSize(1);
            }
        }
    }

    @Test
    void proxyImage_holdsNothingOfKubernetes() throws IOException {
        assertThat(files(ROOT.resolve("src/proxy/target/proxy-app")))
                .isNotEmpty()
                .noneMatch(file -> file.matches(".*(kubernetes|fabric8|quarkus|javaoperatorsdk).*"));
    }

    @ParameterizedTest
    @CsvSource({"operator", "proxy"})
    void image_runsAsANumericUserThatIsNotRoot_withAnEntryPointThatGetsSignals(String target) {
        List<Instruction> all = new ArrayList<>(stage("jre"));
        all.addAll(stage(target));
        assertThat(last(all, "USER")).matches("[1-9][0-9]{3,}:[1-9][0-9]{3,}");
        // The exec form: a shell in between would swallow SIGTERM.
        assertThat(last(all, "ENTRYPOINT")).startsWith("[\"java\", ").endsWith(".jar\"]");
        assertThat(all).noneMatch(instruction -> Set.of("ADD", "VOLUME").contains(instruction.name()));
    }

    @Test
    void onlyTheTrainingRun_isRun_byTheJvmThatUsesItsCache() {
        assertThat(stage("jre")).noneMatch(instruction -> instruction.name().equals("RUN"));
        assertThat(stage("operator"))
                .noneMatch(instruction -> instruction.name().equals("RUN"));
        List<String> runs = stage("proxy").stream()
                .filter(instruction -> instruction.name().equals("RUN"))
                .map(Instruction::arguments)
                .toList();
        assertThat(runs).singleElement().asString().endsWith(" \"io.backendpool.proxy.TrainingRun\"]");
        String entryPoint = last(stage("proxy"), "ENTRYPOINT");
        assertThat(entryPoint).contains("\"-XX:AOTCache=/app/proxy.aot\"");
        assertThat(runs.getFirst()).contains("\"-XX:AOTCacheOutput=/app/proxy.aot\"");
        // A cache fits a JVM of the same flags only.
        assertThat(Arrays.stream(runs.getFirst().split("[\\[\\], ]+", -1))
                        .filter(word -> word.startsWith("\"-X") && !word.contains("AOTCacheOutput")))
                .isNotEmpty()
                .allMatch(entryPoint::contains);
    }

    @Test
    void entryPoints_nameAJarThatIsCopied() throws IOException {
        assertThat(last(stage("operator"), "ENTRYPOINT")).contains("/app/quarkus-run.jar");
        assertThat(last(stage("proxy"), "ENTRYPOINT")).contains("/app/backendpool-proxy.jar");
        for (String target : List.of("operator", "proxy")) {
            Set<String> copied = new TreeSet<>();
            for (String source : sources(stage(target))) {
                copied.addAll(matches(source));
            }
            String entryPoint = last(stage(target), "ENTRYPOINT");
            String jar = entryPoint.substring(entryPoint.lastIndexOf("/app/") + 5, entryPoint.length() - 2);
            assertThat(copied).anyMatch(file -> file.endsWith("/" + jar));
        }
    }

    @Test
    void baseImage_isPinnedToAVersion() {
        assertThat(stages.keySet()).containsExactlyInAnyOrder("jre", "operator", "proxy");
        assertThat(stage("jre").getFirst().arguments()).startsWith("eclipse-temurin:25-jre");
    }

    @Test
    void dockerignore_letsThroughWhatIsCopied_andNoMore() throws IOException {
        List<String> rules = Files.readAllLines(ROOT.resolve(".dockerignore")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
        assertThat(rules).containsExactly("*", "!src/operator/target/quarkus-app", "!src/proxy/target/proxy-app");
        for (List<Instruction> stage : stages.values()) {
            assertThat(sources(stage)).allMatch(source -> rules.stream()
                    .anyMatch(rule -> rule.startsWith("!") && source.startsWith(rule.substring(1) + "/")));
        }
    }

    private List<Instruction> stage(String name) {
        List<Instruction> stage = stages.get(name);
        assertThat(stage).as("stage %s", name).isNotNull();
        return stage == null ? List.of() : stage;
    }

    private static Map<String, List<Instruction>> stages() {
        Map<String, List<Instruction>> stages = new TreeMap<>();
        List<Instruction> stage = new ArrayList<>();
        for (Instruction instruction : instructions()) {
            if (instruction.name().equals("FROM")) {
                stage = new ArrayList<>();
                stages.put(instruction.arguments().replaceAll(".* AS ", ""), stage);
            }
            stage.add(instruction);
        }
        return stages;
    }

    private static List<Instruction> instructions() {
        String text;
        try {
            text = Files.readString(ROOT.resolve("Dockerfile")).replaceAll("\\\\\n\\s*", "");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line ->
                        new Instruction(line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' ') + 1)))
                .toList();
    }

    private static List<Instruction> copies(List<Instruction> stage) {
        return stage.stream()
                .filter(instruction -> instruction.name().equals("COPY"))
                .toList();
    }

    private static List<String> sources(List<Instruction> stage) {
        return copies(stage).stream()
                .flatMap(copy -> {
                    String[] words = copy.arguments().split(" ", -1);
                    return Arrays.stream(words, 0, words.length - 1);
                })
                .toList();
    }

    private static String last(List<Instruction> stage, String name) {
        return stage.stream()
                .filter(instruction -> instruction.name().equals(name))
                .reduce((first, second) -> second)
                .orElseThrow()
                .arguments();
    }

    /** The files that a source of COPY stands for, by the engine's rules: * and [^x] within one name, a folder is all of it. */
    private static Set<String> matches(String source) throws IOException {
        Path folder = ROOT.resolve(source.substring(0, source.lastIndexOf('/')));
        if (source.endsWith("/")) {
            return files(folder);
        }
        PathMatcher matcher = FileSystems.getDefault()
                .getPathMatcher(
                        "glob:" + source.substring(source.lastIndexOf('/') + 1).replace("[^", "[!"));
        try (Stream<Path> files = Files.list(folder)) {
            return new TreeSet<>(files.filter(Files::isRegularFile)
                    .filter(file -> matcher.matches(file.getFileName()))
                    .map(DockerfileIT::name)
                    .toList());
        }
    }

    private static Set<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return new TreeSet<>(
                    files.filter(Files::isRegularFile).map(DockerfileIT::name).toList());
        }
    }

    private static String name(Path file) {
        return ROOT.relativize(file).toString();
    }

    /** What changes with every build of this project. */
    private static boolean isOurs(String file) {
        return file.contains("backendpool-");
    }
}
