package side;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * A large pool beside a small one of the same proxy, in the same rounds.
 *
 * @param small the setups with few backends
 * @param large the setups with many, on {@link Backend#MANY}
 */
public record ScaleCase(
        String name, String what, IntFunction<Sides> small, IntFunction<Sides> large, Load load) implements Case {
    private static final String MANY = "-many";

    @Override
    public Report run(Lab lab, Options options) throws Exception {
        Report report = new Report(this);
        List<Target> targets = new ArrayList<>();
        Process backend = Backend.startMany(lab);
        try {
            LoadCase.start(lab, options, small, "", 0, targets, report);
            LoadCase.start(lab, options, large, MANY, Ports.NEXT_SETUP, targets, report);
            List<Report.Row> rows = Rounds.run(lab, options, targets, load);
            report.table(rows);
            for (Report.Row row : rows) {
                rows.stream()
                        .filter(many -> many.target().equals(row.target() + MANY))
                        .forEach(many -> own(report, row, many));
            }
            return report.ratio(rows.stream().filter(row -> row.target().endsWith(MANY)).toList());
        } finally {
            targets.forEach(Target::stop);
            Lab.stop(backend);
        }
    }

    private void own(Report report, Report.Row few, Report.Row many) {
        String line = String.format(
                Locale.ROOT, "%s %s cpu %.2f times that of its own few backends", name, few.target(), many.cpu() / few.cpu());
        report.say(line).conclude(line);
    }
}
