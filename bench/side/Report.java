package side;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What one case has shown: a table, lines of its own, and the ratio. */
final class Report {
    /** One target in one round. */
    record Sample(Load.Figures load, Meter cpu, long rssKib) {
        double cpuMicros() {
            return (cpu.userMicros() + cpu.systemMicros()) / load.requests();
        }

        double userMicros() {
            return cpu.userMicros() / load.requests();
        }
    }

    /** One target in all rounds. */
    record Row(String target, boolean ours, List<Sample> samples) {
        double median(ToDoubleFunction<Sample> figure) {
            double[] sorted = samples.stream().mapToDouble(figure).sorted().toArray();
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }

        double cpu() {
            return median(Sample::cpuMicros);
        }

        double rps() {
            return median(sample -> sample.load().rps());
        }

        double p99() {
            return median(sample -> sample.load().p99());
        }

        long errors() {
            return samples.stream().mapToLong(sample -> sample.load().errors()).sum();
        }

        String line() {
            double[] cpu = samples.stream().mapToDouble(Sample::cpuMicros).sorted().toArray();
            return "| %s | %,.0f | %.1f (%.1f to %.1f) | %.1f + %.1f | %.2f | %.2f | %.2f | %d | %.0f |"
                    .formatted(
                            target,
                            rps(),
                            cpu(),
                            cpu[0],
                            cpu[cpu.length - 1],
                            median(Sample::userMicros),
                            median(sample -> sample.cpuMicros() - sample.userMicros()),
                            median(sample -> sample.load().p50()) / 1000,
                            p99() / 1000,
                            median(sample -> sample.load().p999()) / 1000,
                            errors(),
                            median(Sample::rssKib) / 1024);
        }
    }

    private static final String HEAD =
            """
            | target | requests/s | CPU us/request (range) | user + system | p50 ms | p99 ms | p99.9 ms | errors | RSS MiB |
            |---|---|---|---|---|---|---|---|---|""";

    private final Case subject;
    private final List<String> body = new ArrayList<>();
    private final List<String> lastLines = new ArrayList<>();

    Report(Case subject) {
        this.subject = subject;
    }

    /** A line of the report, shown at once too. */
    Report say(String line) {
        System.out.println(line);
        body.add(line);
        return this;
    }

    /** A line that is shown at the very end as well. */
    Report conclude(String line) {
        lastLines.add(line);
        return this;
    }

    Report table(List<Row> rows) {
        say("");
        HEAD.lines().forEach(this::say);
        rows.forEach(row -> say(row.line()));
        return say("");
    }

    /** Ours to the better peer's, figure by figure. */
    Report ratio(List<Row> rows) {
        Row ours = rows.stream().filter(Row::ours).findFirst().orElse(null);
        List<Row> peers =
                rows.stream().filter(row -> !row.ours() && !row.target().startsWith("base")).toList();
        if (ours == null || peers.isEmpty()) {
            return this;
        }
        String text = String.format(
                Locale.ROOT,
                "ratio %s cpu %.2f rps %.2f p99 %.2f",
                subject.name(),
                ours.cpu() / peers.stream().mapToDouble(Row::cpu).min().orElseThrow(),
                ours.rps() / peers.stream().mapToDouble(Row::rps).max().orElseThrow(),
                ours.p99() / peers.stream().mapToDouble(Row::p99).min().orElseThrow());
        say(text);
        return conclude(text);
    }

    List<String> lastLines() {
        return lastLines;
    }

    static String page(String machine, Options options, List<Report> reports) {
        StringBuilder page = new StringBuilder("# Side by side\n\n```\n")
                .append(machine)
                .append("```\n\n%d rounds of %d s, targets interleaved; medians. Method: bench/README.md.%n"
                        .formatted(options.rounds(), options.seconds()));
        for (Report report : reports) {
            page.append("\n## %s%n%n%s%n".formatted(report.subject.name(), report.subject.what()));
            report.body.forEach(line -> page.append(line).append('\n'));
        }
        page.append("\n## Ratios\n\nOurs to the better peer's: below 1 is better for cpu and p99, above 1 for rps.\n\n```\n");
        reports.forEach(report -> report.lastLines().forEach(line -> page.append(line).append('\n')));
        return page.append("```\n").toString();
    }
}
