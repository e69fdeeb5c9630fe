package side;

import java.io.IOException;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The pool changes again and again under load, from one set of backends to another and back, so the first answer from the
 * new set is the time at which the change took effect. Ours changes by its control channel, after so many changes that the JIT
 * has compiled what applies them; and once more as a user changes it, by saving the manifest, with the whole operator at work on
 * the load's core: there it is timed twice, from the save, and from when the operator publishes it to the control channel, by the
 * clock of its log. HAProxy changes once by its runtime API and once by reload; nginx by reload.
 */
public record ChurnCase(String name, String what, Load load) implements Case {
    /** Our second row, which does what none of the peers' does. */
    private static final String MANIFEST = "ours-manifest";

    private static final int CHANGES = 20;
    private static final int SECONDS = 10;
    private static final int WARM_RUNS_MAX = 12;
    /** The compiler's share of the core below which a p99 does not show it. */
    private static final double COMPILER_IDLE = 0.02;

    private static final List<String> A = Sides.backends(Backend.FIRST, 3);
    private static final List<String> B = Sides.backends(Backend.FIRST + 3, 3);

    /** Makes the pool's backends those of B, or those of A. */
    private interface Change {
        void to(boolean b) throws Exception;
    }

    /** Sorted milliseconds until each change took effect: from its start, and from when it was published; empty: not known. */
    private record Effects(double[] all, double[] published) {}

    private record Churned(Report.Sample sample, Effects effects, long failed) {}

    private record Outcome(String target, boolean ours, Report.Sample quiet, Report.Sample churned, long failed, Effects effects) {
        double p99Ratio() {
            return (double) churned.load().p99() / quiet.load().p99();
        }
    }

    @Override
    public Report run(Lab lab, Options options) throws Exception {
        Report report = new Report(this);
        List<Outcome> outcomes = new ArrayList<>();
        report.say("")
                .say("| target | failed requests | effect ms, median (range) | from the control channel | p99 ms quiet | p99 ms churned | CPU us/request quiet | churned |")
                .say("|---|---|---|---|---|---|---|---|");
        if (options.takes("ours")) {
            Target.Ours ours = Target.Ours.start(lab, lab.home, "ours", Ports.OURS, ours(A));
            try (ControlChannel channel = ControlChannel.takeOver(ours, ours(A), ours(B))) {
                outcomes.add(measure(lab, report, ours, channel::publish));
            }
            Target.Ours whole = Target.Ours.start(lab, lab.home, MANIFEST, Ports.OURS, ours(A));
            outcomes.add(measure(lab, report, whole, b -> whole.edit(ours(b ? B : A))));
        }
        if (options.takes("haproxy")) {
            Target.Haproxy runtime = Target.Haproxy.start(lab, "haproxy-runtime", Ports.HAPROXY, bothSets());
            outcomes.add(measure(lab, report, runtime, b -> runtime.command(switchTo(b))));
            Target.Haproxy reloaded = Target.Haproxy.start(lab, "haproxy-reload", Ports.HAPROXY, haproxy(A));
            outcomes.add(measure(lab, report, reloaded, b -> reloaded.reload(haproxy(b ? B : A))));
        }
        if (options.takes("nginx")) {
            Target.Nginx nginx = Target.Nginx.start(lab, "nginx-reload", Ports.NGINX, nginx(A));
            outcomes.add(measure(lab, report, nginx, b -> nginx.reload(nginx(b ? B : A))));
        }
        report.say("");
        for (Outcome outcome : outcomes) {
            String line = String.format(
                    Locale.ROOT,
                    "churn %s failed %d effect %.1f ms%s p99 %.2f times the quiet one",
                    outcome.target,
                    outcome.failed,
                    median(outcome.effects.all),
                    outcome.effects.published.length == 0
                            ? ""
                            : String.format(Locale.ROOT, ", %.1f of them from the control channel,", median(outcome.effects.published)),
                    outcome.p99Ratio());
            report.say(line).conclude(line);
        }
        return report.ratio(outcomes.stream()
                .filter(each -> !each.target.equals(MANIFEST))
                .map(each -> new Report.Row(each.target, each.ours, List.of(each.churned)))
                .toList());
    }

    private Outcome measure(Lab lab, Report report, Target target, Change change) throws Exception {
        try {
            Rounds.warm(lab, target, load);
            if (target.isJvm()) {
                warm(lab, target, change);
            }
            Report.Sample quiet = Rounds.sample(lab, target, load, SECONDS);
            Churned churned = churn(lab, target, change);
            Report.Sample sample = churned.sample;
            Effects effects = churned.effects;
            long failed = churned.failed;
            Outcome outcome = new Outcome(target.name(), target.ours(), quiet, sample, failed, effects);
            report.say("| %s | %d of %,d | %s | %s | %.2f | %.2f | %.1f | %.1f |"
                    .formatted(
                            target.name(), failed, sample.load().requests(), range(effects.all), range(effects.published),
                            quiet.load().p99() / 1000.0, sample.load().p99() / 1000.0, quiet.cpuMicros(), sample.cpuMicros()));
            return outcome;
        } finally {
            target.stop();
        }
    }

    /** What applies a change is compiled only after many of them. */
    private void warm(Lab lab, Target target, Change change) throws Exception {
        double compiling = 1;
        int runs = 0;
        long failed = 0;
        for (; runs < WARM_RUNS_MAX && compiling > COMPILER_IDLE; runs++) {
            Meter.Compiling meanwhile = Meter.compiling(target.proxy());
            failed += churn(lab, target, change).failed;
            compiling = meanwhile.share(SECONDS);
        }
        System.out.printf(
                "   %s warm after %d changes, %d requests failed in these; its compiler took %.1f %% of the last %d s%n",
                target.name(), runs * CHANGES, failed, compiling * 100, SECONDS);
    }

    private Churned churn(Lab lab, Target target, Change change) throws Exception {
        CompletableFuture<Report.Sample> churned = CompletableFuture.supplyAsync(() -> {
            try {
                return Rounds.sample(lab, target, load, SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        AtomicLong failedProbes = new AtomicLong();
        Effects effects = change(target, change, failedProbes);
        Report.Sample sample = churned.join();
        return new Churned(sample, effects, sample.load().errors() + failedProbes.get());
    }

    /** Changes every half second. */
    private static Effects change(Target target, Change change, AtomicLong failedProbes) throws Exception {
        double[] effects = new double[CHANGES];
        List<LocalTime> seen = new ArrayList<>();
        try (PortProbe probe = new PortProbe(target.port())) {
            long begin = System.nanoTime();
            long pace = SECONDS * 1_000_000_000L / (CHANGES + 1);
            for (int i = 0; i < CHANGES; i++) {
                Thread.sleep(Duration.ofNanos(Math.max(0, begin + (i + 1) * pace - System.nanoTime())));
                boolean b = i % 2 == 0;
                List<String> wanted = b ? B : A;
                long start = System.nanoTime();
                change.to(b);
                while (!wanted.contains("127.0.0.1:" + probe.servedBy())) {
                    if (System.nanoTime() - start > 10_000_000_000L) {
                        throw new IllegalStateException(target.name() + " has not taken a change within 10 s");
                    }
                }
                effects[i] = (System.nanoTime() - start) / 1e6;
                seen.add(LocalTime.now());
            }
            failedProbes.addAndGet(probe.failed());
        }
        Arrays.sort(effects);
        return new Effects(
                effects,
                target instanceof Target.Ours ours && target.name().equals(MANIFEST) ? sincePublished(ours, seen) : new double[0]);
    }

    /** The revisions that the operator has published last are those of the changes that were {@code seen}. */
    private static double[] sincePublished(Target.Ours ours, List<LocalTime> seen) throws IOException {
        List<LocalTime> published = ours.published();
        int before = published.size() - seen.size();
        double[] millis = new double[seen.size()];
        for (int i = 0; i < millis.length; i++) {
            millis[i] = Duration.between(published.get(before + i), seen.get(i)).toNanos() / 1e6;
        }
        Arrays.sort(millis);
        return millis;
    }

    private static String range(double[] sorted) {
        return sorted.length == 0
                ? "-"
                : String.format(Locale.ROOT, "%.1f (%.1f to %.1f)", median(sorted), sorted[0], sorted[sorted.length - 1]);
    }

    private static double median(double[] sorted) {
        return sorted[sorted.length / 2];
    }

    private static String ours(List<String> backends) {
        return Sides.pool(Ports.OURS, "protocol: HTTP", backends, true);
    }

    private static String haproxy(List<String> backends) {
        return Sides.haproxyHttp(
                "bind 127.0.0.1:" + Ports.HAPROXY, "roundrobin", "http", Sides.servers(backends, "check inter 5s"));
    }

    private static String bothSets() {
        List<String> all = Sides.backends(Backend.FIRST, Backend.COUNT);
        StringBuilder servers = new StringBuilder();
        for (int i = 0; i < all.size(); i++) {
            servers.append("  server b%d %s check inter 5s%s%n".formatted(i, all.get(i), i < 3 ? "" : " disabled"));
        }
        return Sides.haproxyHttp("bind 127.0.0.1:" + Ports.HAPROXY, "roundrobin", "http", servers.toString());
    }

    /** New servers first, so that there is one at all times. */
    private static String switchTo(boolean b) {
        StringBuilder commands = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            commands.append("set server pool/b%d state ready;".formatted(b ? i + 3 : i));
        }
        for (int i = 0; i < 3; i++) {
            commands.append("set server pool/b%d state maint;".formatted(b ? i : i + 3));
        }
        return commands.toString();
    }

    private static String nginx(List<String> backends) {
        return Sides.nginxHttp("listen 127.0.0.1:%d backlog=4096;".formatted(Ports.NGINX), "http", backends);
    }
}
