package side;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What was asked for.
 *
 * @param seconds that each target is loaded for in each round
 * @param rounds in each of which every target has its turn
 * @param only the targets that take part; empty: all
 * @param results goes into the name of the file that is written, after the date; empty: nothing does
 * @param cycles of the failover case
 * @param base another checkout, built, whose proxy takes part as well; null: none
 */
public record Options(List<Case> cases, int seconds, int rounds, List<String> only, Path base, String results, int cycles, boolean list) {
    static Options parse(List<String> arguments, List<Case> all) {
        List<Case> cases = new ArrayList<>();
        List<String> only = List.of();
        Path base = null;
        int seconds = 5;
        int rounds = 3;
        int cycles = 5;
        String results = "";
        boolean list = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            switch (argument) {
                case "--list", "--help", "-h" -> list = true;
                case "--seconds" -> seconds = number(arguments, i++);
                case "--rounds" -> rounds = number(arguments, i++);
                case "--cycles" -> cycles = number(arguments, i++);
                case "--only" -> only = List.of(value(arguments, i++).split(","));
                case "--results" -> results = "-" + value(arguments, i++);
                case "--base" -> base = built(value(arguments, i++));
                default -> cases.add(find(argument, all));
            }
        }
        return new Options(cases.isEmpty() ? all.stream().filter(each -> !each.isAlone()).toList() : cases, seconds, rounds, only, base, results, cycles, list);
    }

    boolean takes(String target) {
        return only.isEmpty() || only.stream().anyMatch(target::startsWith);
    }

    private static Case find(String name, List<Case> all) {
        return all.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("%s (expected: one of %s, or --seconds N, --rounds N, --cycles N, --only TARGET,..., --base CHECKOUT)"
                        .formatted(name, String.join(", ", all.stream().map(Case::name).toList()))));
    }

    private static String value(List<String> arguments, int option) {
        if (option + 1 >= arguments.size()) {
            throw new IllegalArgumentException(arguments.get(option) + ": nothing (expected: a value)");
        }
        return arguments.get(option + 1);
    }

    private static Path built(String checkout) {
        Path home = Path.of(checkout).toAbsolutePath();
        if (!Files.exists(home.resolve("src/proxy/target/proxy-app/backendpool-proxy.jar"))) {
            throw new IllegalArgumentException(
                    "--base: " + checkout + " (expected: another checkout of this project, after ./backendpool --version)");
        }
        return home;
    }

    private static int number(List<String> arguments, int option) {
        String text = value(arguments, option);
        if (!text.matches("[1-9]\\d{0,3}")) {
            throw new IllegalArgumentException(arguments.get(option) + ": " + text + " (expected: 1 to 9999)");
        }
        return Integer.parseInt(text);
    }
}
