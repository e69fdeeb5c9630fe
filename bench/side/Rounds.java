package side;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Loads several running targets in turn, round after round, so that what the machine does meanwhile hits all alike. */
final class Rounds {
    /** The hot path of a JVM is compiled after some 100,000 requests, and what it calls now and then much later. */
    private static final long WARM_REQUESTS = 400_000;

    /** Below this share of a step its compiler has nothing left to do that a figure could show. */
    private static final double COMPILER_IDLE = 0.01;

    private static final int WARM_STEP_SECONDS = 4;
    private static final int WARM_STEPS_MAX = 30;

    private Rounds() {}

    static List<Report.Row> run(Lab lab, Options options, List<Target> targets, Load load) throws Exception {
        for (Target target : targets) {
            warm(lab, target, load);
        }
        Map<Target, List<Report.Sample>> samples = new LinkedHashMap<>();
        for (int round = 0; round < options.rounds(); round++) {
            for (Target target : targets) {
                Report.Sample sample = sample(lab, target, load, options.seconds());
                samples.computeIfAbsent(target, unused -> new ArrayList<>()).add(sample);
                System.out.printf(
                        "   round %d %-16s %,9.0f requests/s %6.1f us%n",
                        round + 1, target.name(), sample.load().rps(), sample.cpuMicros());
            }
        }
        List<Report.Row> rows = new ArrayList<>();
        samples.forEach((target, all) -> rows.add(new Report.Row(target.name(), target.ours(), all)));
        return rows;
    }

    /** Loads the target until its compiler is idle. */
    static void warm(Lab lab, Target target, Load load) throws Exception {
        if (!target.isJvm()) {
            answered(lab, target, load.run(lab, target.port(), 1));
            return;
        }
        long requests = 0;
        double compiling = 1;
        int step = 0;
        for (; step < WARM_STEPS_MAX && (requests < WARM_REQUESTS || compiling > COMPILER_IDLE); step++) {
            Meter.Compiling meanwhile = Meter.compiling(target.proxy());
            requests += answered(lab, target, load.run(lab, target.port(), WARM_STEP_SECONDS));
            compiling = meanwhile.share(WARM_STEP_SECONDS);
        }
        System.out.printf(
                "   %s warm after %,d requests in %d s, its compiler took %.1f %% of the last %d s%n",
                target.name(), requests, step * WARM_STEP_SECONDS, compiling * 100, WARM_STEP_SECONDS);
    }

    private static long answered(Lab lab, Target target, Load.Figures figures) throws Exception {
        if (figures.requests() == 0) {
            throw new IllegalStateException("%s answered no request, and %,d failed; it said:%n%s"
                    .formatted(target.name(), figures.errors(), lab.lastWords(target.name())));
        }
        return figures.requests();
    }

    static Report.Sample sample(Lab lab, Target target, Load load, int seconds) throws Exception {
        Meter before = Meter.read(target.proxy());
        Load.Figures figures = load.run(lab, target.port(), seconds);
        Meter after = Meter.read(target.proxy());
        answered(lab, target, figures);
        return new Report.Sample(figures, after.minus(before), Meter.rss(target.proxy()));
    }
}
