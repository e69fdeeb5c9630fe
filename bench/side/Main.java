package side;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import side.cases.Cases;

/** Runs the cases that were asked for, writes bench/results/DATE.md, and ends with the ratios. Started by bench/run. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        Options options;
        try {
            options = Options.parse(List.of(arguments).subList(1, arguments.length), Cases.ALL);
        } catch (IllegalArgumentException wrong) {
            System.err.println("bench/run: " + wrong.getMessage());
            System.exit(2);
            return;
        }
        if (options.list()) {
            Cases.ALL.forEach(each -> System.out.printf("%-16s %s%n", each.name(), each.what()));
            return;
        }
        List<Report> reports = new ArrayList<>();
        try (Lab lab = Lab.open(home)) {
            // Also when this is interrupted: nothing that was started stays.
            Runtime.getRuntime().addShutdownHook(new Thread(lab::close));
            String machine = lab.machine();
            System.out.print(machine);
            for (Case each : options.cases()) {
                System.out.printf("%n== %s: %s%n", each.name(), each.what());
                reports.add(each.run(lab, options));
            }
            Path results = home.resolve("bench/results").resolve(LocalDate.now() + options.results() + ".md");
            Files.createDirectories(results.getParent());
            Files.writeString(results, Report.page(machine, options, reports));
            System.out.printf("%nwritten: bench/results/%s%n", results.getFileName());
        }
        System.out.println();
        reports.forEach(report -> report.lastLines().forEach(System.out::println));
    }
}
