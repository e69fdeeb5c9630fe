package side;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * One of 10,000 backends gets another weight twice a second, ours alone: the latencies meanwhile, beside those of the same pool
 * when its manifest is saved as often and says the same. Both times the operator reads 10,000 addresses on the load's core;
 * so what is left between the two is the proxy's work. And beside those of the pool when nobody touches it.
 */
public record ChangeCase(String name, String what) implements Case {
    private static final int BACKENDS = 10_000;
    private static final long PACE = TimeUnit.MILLISECONDS.toNanos(500);
    private static final Load LOAD = new Load.Wrk(64, "http://127.0.0.1:%d/", "");

    private enum Kind {
        QUIET,
        SAVED_UNCHANGED,
        ONE_WEIGHT_CHANGED
    }

    @Override
    public Report run(Lab lab, Options options) throws Exception {
        Report report = new Report(this);
        Process backend = Backend.startMany(lab);
        Target.Ours ours = null;
        try {
            ours = Target.Ours.start(lab, lab.home, "ours", Ports.OURS, pool(1, 0));
            Rounds.warm(lab, ours, LOAD);
            Map<Kind, List<Report.Sample>> samples = new LinkedHashMap<>();
            Map<Kind, Double> revisions = new LinkedHashMap<>();
            for (int round = 0; round < options.rounds(); round++) {
                for (Kind kind : Kind.values()) {
                    double before = revision(ours);
                    samples.computeIfAbsent(kind, first -> new ArrayList<>()).add(sample(lab, ours, kind, options.seconds()));
                    revisions.merge(kind, revision(ours) - before, Double::sum);
                }
            }
            report.say("").say("| pool of 10,000 | revisions | requests/s | CPU us/request | p50 ms | p99 ms | p99.9 ms | errors |").say("|---|---|---|---|---|---|---|---|");
            samples.forEach((kind, all) -> {
                Report.Row row = new Report.Row(kind.name(), true, all);
                report.say(String.format(
                        Locale.ROOT,
                        "| %s | %.0f | %,.0f | %.1f | %.2f | %.2f | %.2f | %d |",
                        kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        revisions.get(kind),
                        row.rps(),
                        row.cpu(),
                        row.median(sample -> sample.load().p50()) / 1000,
                        row.p99() / 1000,
                        row.median(sample -> sample.load().p999()) / 1000,
                        row.errors()));
            });
            String line = String.format(
                    Locale.ROOT,
                    "change-10k p99 %.2f times that of saves without a change",
                    p99(samples.get(Kind.ONE_WEIGHT_CHANGED)) / p99(samples.get(Kind.SAVED_UNCHANGED)));
            return report.say("").say(line).conclude(line);
        } finally {
            if (ours != null) {
                ours.stop();
            }
            Lab.stop(backend);
        }
    }

    private static Report.Sample sample(Lab lab, Target.Ours ours, Kind kind, int seconds) throws Exception {
        CompletableFuture<Report.Sample> sample = CompletableFuture.supplyAsync(() -> {
            try {
                return Rounds.sample(lab, ours, LOAD, seconds);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        long begin = System.nanoTime();
        for (int saves = 0; !sample.isDone(); saves++) {
            while (!sample.isDone() && System.nanoTime() - begin < saves * PACE) {
                Thread.sleep(5);
            }
            if (kind != Kind.QUIET && !sample.isDone()) {
                ours.edit(pool(kind == Kind.SAVED_UNCHANGED ? 1 : 1 + saves % 2, saves));
            }
        }
        return sample.join();
    }

    private static double revision(Target.Ours ours) throws Exception {
        return Metrics.read(ours.admin()).get("backendpool_revision");
    }

    private static double p99(List<Report.Sample> samples) {
        double[] sorted = samples.stream().mapToDouble(each -> each.load().p99()).sorted().toArray();
        return Arrays.stream(sorted).skip(sorted.length / 2).findFirst().orElseThrow();
    }

    /** The last backend is a group of its own, for groups are what have weights. */
    private static String pool(int weightOfLast, int saves) {
        List<String> backends = IntStream.range(0, BACKENDS)
                .mapToObj(i -> "127.1.%d.%d:%d".formatted(i / 250, i % 250 + 1, Backend.MANY))
                .toList();
        return "# save %d%n".formatted(saves)
                + Sides.pool(Ports.OURS, "protocol: HTTP", backends.subList(0, BACKENDS - 1), false)
                + "  - {name: last, weight: %d, addresses: [\"%s\"]}%n".formatted(weightOfLast, backends.getLast());
    }
}
