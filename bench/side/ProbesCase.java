package side;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Health checks of 10,000 healthy backends, ours alone: all addresses are one nginx in TLS. What is looked at: how long the
 * first round takes, whether any probe fails, and whether all stay healthy over three intervals.
 */
public record ProbesCase(String name, String what) implements Case {
    private static final int BACKENDS = 10_000;
    private static final int INTERVALS = 3;
    private static final int FIRST_ROUND_SECONDS = 120;

    /** The last one is more than a proxy of one core can do: its intervals are stretched, and nothing fails. */
    private static final List<Kind> KINDS = List.of(
            new Kind("TLS handshake", "HTTPS", "tls: {}", 10),
            new Kind("HTTP/1.1 in TLS", "HTTPS", "http: {path: /}", 10),
            new Kind("gRPC in TLS", "H2", "grpc: {}", 10),
            new Kind("TLS handshake, too often", "HTTPS", "tls: {}", 2));

    private record Kind(String name, String protocol, String probe, int interval) {}

    private record Count(int healthy, long succeeded, long failed) {
        static Count of(Map<String, Double> metrics) {
            double healthy = metrics.entrySet().stream()
                    .filter(each -> each.getKey().startsWith("backendpool_backends{") && each.getKey().contains("state=\"healthy\""))
                    .mapToDouble(Map.Entry::getValue)
                    .sum();
            return new Count(
                    (int) healthy,
                    metrics.get("backendpool_probes_total{result=\"success\"}").longValue(),
                    metrics.get("backendpool_probes_total{result=\"failure\"}").longValue());
        }
    }

    @Override
    public Report run(Lab lab, Options options) throws Exception {
        Report report = new Report(this);
        Process backend = Backend.startManyInTls(lab);
        try {
            report.say("").say("| probe | interval | all healthy after | fewest healthy in %d intervals | probes/s | failed before, in these | CPU us/probe |".formatted(INTERVALS))
                    .say("|---|---|---|---|---|---|---|");
            for (Kind kind : KINDS) {
                Target.Ours ours = Target.Ours.start(lab, lab.home, "probes-" + KINDS.indexOf(kind), Ports.OURS, pool(kind));
                try {
                    measure(report, kind, ours);
                } finally {
                    ours.stop();
                }
            }
            return report.say("");
        } finally {
            Lab.stop(backend);
        }
    }

    private static void measure(Report report, Kind kind, Target.Ours ours) throws Exception {
        int admin = ours.admin();
        long begin = System.nanoTime();
        double first = 0;
        Count from = Count.of(Metrics.read(admin));
        while (from.healthy < BACKENDS && first < FIRST_ROUND_SECONDS) {
            Thread.sleep(100);
            from = Count.of(Metrics.read(admin));
            first = (System.nanoTime() - begin) / 1e9;
        }
        long start = System.nanoTime();
        Meter meter = Meter.read(ours.proxy());
        int fewest = from.healthy;
        Count now = from;
        while (System.nanoTime() - start < INTERVALS * kind.interval * 1_000_000_000L) {
            Thread.sleep(250);
            now = Count.of(Metrics.read(admin));
            fewest = Math.min(fewest, now.healthy);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        Meter used = Meter.read(ours.proxy()).minus(meter);
        long probes = now.succeeded + now.failed - from.succeeded - from.failed;
        report.say(String.format(
                Locale.ROOT,
                "| %s | %d s | %.1f s | %,d | %,.0f | %d, %d | %.0f |",
                kind.name,
                kind.interval,
                first,
                fewest,
                probes / seconds,
                from.failed,
                now.failed - from.failed,
                (used.userMicros() + used.systemMicros()) / probes));
    }

    private static String pool(Kind kind) {
        List<String> backends = IntStream.range(0, BACKENDS)
                .mapToObj(i -> "127.1.%d.%d:%d".formatted(i / 250, i % 250 + 1, Backend.MANY_TLS))
                .toList();
        String secured = "protocol: %s, tls: {serverName: bench.internal, caCertificateRef: {name: bench}}, weight:".formatted(kind.protocol);
        return Sides.pool(Ports.OURS, "protocol: HTTP", backends, false).replace("weight:", secured)
                + "  healthCheck: {%s, interval: %ds}%n".formatted(kind.probe, kind.interval);
    }
}
