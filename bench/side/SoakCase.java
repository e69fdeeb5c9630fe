package side;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Ours alone, as shipped, with Netty's leak detector at paranoid: clients of all protocols together, while the manifest is
 * saved twice a second and each time asks for other backends, weights and another policy. What is looked at: requests that
 * failed, leaks, and resident memory over time. Before the changes begin, how often connections to backends are used again.
 */
public record SoakCase(String name, String what) implements Case {
    private static final int HTTP = Ports.OURS;
    private static final int HTTPS = HTTP + Ports.NEXT_SETUP;
    private static final int TCP = HTTPS + Ports.NEXT_SETUP;
    private static final int WARM_SECONDS = 20;
    private static final int STEADY_SECONDS = 20;
    /** As many connections as this load needs are there. */
    private static final int SETTLED_SECONDS = 8;

    private static final int SAMPLE_SECONDS = 5;
    private static final int SAVES_A_SECOND = 2;
    /** Growth is looked for after the heap and the allocator's arenas have their size. */
    private static final int SLOPE_FROM_SECONDS = 30;

    private static final long SEED = 20261126;
    private static final String REUSED = "backendpool_upstream_requests_total{connection=\"reused\"}";
    private static final String NEW = "backendpool_upstream_requests_total{connection=\"new\"}";

    /**
     * Clients of one kind.
     *
     * @param roundSeconds how long their connections live; a stream of a backend that leaves is cut when the pool's
     *     terminationGracePeriod ends, after 30 s, so those that would see it must have ended by then
     */
    private record Clients(String name, int port, Load load, int roundSeconds) {}

    private static final Clients HTTP1 = new Clients("HTTP/1.1", HTTP, new Load.Wrk(32, "http://127.0.0.1:%d/", ""), 10);
    private static final Clients POSTS = new Clients(
            "HTTP/1.1 POST",
            HTTP,
            new Load.Wrk(8, "http://127.0.0.1:%d/", "wrk.method = \"POST\" wrk.body = string.rep(\"x\", 4096)"),
            10);
    private static final Clients TLS = new Clients("HTTP/1.1 in TLS", HTTPS, new Load.Wrk(16, "https://bench.internal:%d/10k", ""), 10);
    private static final Clients HTTP2 =
            new Clients("HTTP/2 in TLS", HTTPS, new Load.H2load(8, 16, "https://bench.internal:%d/", List.of()), 10);
    private static final Clients HANDSHAKES = new Clients(
            "TLS handshakes",
            HTTPS,
            new Load.Wrk(2, "https://bench.internal:%d/", "wrk.headers[\"Connection\"] = \"close\""),
            10);
    private static final Clients STREAMS = new Clients("TCP, kept", TCP, new Load.Wrk(16, "http://127.0.0.1:%d/", ""), 2);
    private static final Clients SHORT_STREAMS = new Clients(
            "TCP, new each time",
            TCP,
            new Load.Wrk(4, "http://127.0.0.1:%d/", "wrk.headers[\"Connection\"] = \"close\""),
            10);
    private static final Clients WEB_SOCKETS =
            new Clients("WebSocket", HTTP, new EchoLoad(EchoLoad.Kind.WEB_SOCKET, 8), 1);
    /** Those whose requests go over connections that are kept. */
    private static final List<Clients> KEPT = List.of(HTTP1, POSTS, TLS, HTTP2);

    private static final List<Clients> ALL =
            List.of(HTTP1, POSTS, TLS, HTTP2, HANDSHAKES, STREAMS, SHORT_STREAMS, WEB_SOCKETS);

    private static final int MAX_WRONG_LINES = 40;
    private static final String ACCESS_LOG = "access.log";
    /** What the proxy itself thinks went wrong; clients go away in the middle when their round ends. */
    private static final Pattern WRONG =
            Pattern.compile("\"status\":[45]|\"outcome\":\"(?!ANSWERED|CLIENT_GONE)", Pattern.CASE_INSENSITIVE);

    private static final Pattern HEAP = Pattern.compile("Java Heap \\(reserved=\\d+KB, committed=(\\d+)KB");
    private static final String LIVE_HEAP = "jvm_memory_used_bytes{area=\"heap\"}";
    private static final String DRAIN_DEADLINE = "backendpool_limit_hits_total{limit=\"drain_deadline\"}";
    private static final double DRAIN_SECONDS = 30;

    /** @param heapKib what the JVM has taken for its heap of {@code rssKib}; it takes more up to its limit before it collects well */
    private record Sample(double seconds, long rssKib, long heapKib) {
        long outsideKib() {
            return rssKib - heapKib;
        }
    }

    @Override
    public Report run(Lab lab, Options options) throws Exception {
        Report report = new Report(this);
        Target.Ours ours = Target.Ours.start(
                lab,
                lab.home,
                "ours",
                HTTP,
                pool(Sides.backends(Backend.FIRST, 3), List.of(), 100, "RoundRobin"),
                Map.of(
                        "JAVA_TOOL_OPTIONS",
                        "-Dio.netty.leakDetection.level=paranoid -XX:NativeMemoryTracking=summary",
                        "BACKENDPOOL_ACCESS_LOG",
                        lab.path(ACCESS_LOG).toString()));
        try {
            return soak(lab, options, report, ours);
        } finally {
            ours.stop();
        }
    }

    private Report soak(Lab lab, Options options, Report report, Target.Ours ours) throws Exception {
        Path files = lab.path("ours-state/pools/default_bench");
        int admin = ours.admin();
        System.out.println("   warming");
        long warmErrors = total(under(lab, admin, ALL, WARM_SECONDS, () -> {}).values());

        Map<String, Double> before = new HashMap<>();
        long steadyErrors = total(under(lab, admin, KEPT, STEADY_SECONDS, () -> {
                    Thread.sleep(TimeUnit.SECONDS.toMillis(SETTLED_SECONDS));
                    before.putAll(Metrics.read(admin));
                })
                .values());
        Map<String, Double> steady = Metrics.read(admin);
        double reused = steady.get(REUSED) - before.get(REUSED);
        double opened = steady.get(NEW) - before.get(NEW);

        double liveBefore = liveHeapMib(ours, admin);
        jcmd(ours, "VM.native_memory", "baseline");
        List<Sample> samples = new ArrayList<>();
        AtomicLong saves = new AtomicLong();
        Map<Clients, Tally> tallies =
under(lab, admin, ALL, options.seconds(), () -> changeAndSample(ours, options.seconds(), samples, saves));
        Map<String, Double> after = Metrics.read(admin);
        String memory = jcmd(ours, "VM.native_memory", "summary.diff", "scale=KB");
        double liveAfter = liveHeapMib(ours, admin);
        // Leaks are found when what was lost has been collected and the next buffer is taken.
        long lateErrors = 0;
        for (int i = 0; i < 5; i++) {
            jcmd(ours, "GC.run");
            lateErrors += total(under(lab, admin, List.of(HTTP1, HTTP2), 1, () -> {}).values());
        }
        long leaks;
        try (Stream<String> log = Files.lines(files.resolve("proxy.log"))) {
            leaks = log.filter(line -> line.contains("LEAK")).peek(System.out::println).count();
        }

        report.say("")
                .say("| clients | requests | requests/s | after more than %d s | cut at their drain deadline | failed |".formatted(Load.Figures.SLOW_SECONDS))
                .say("|---|---|---|---|---|---|");
        tallies.forEach((clients, tally) -> report.say("| %s | %,d | %,.0f | %d | %d | %d %s |".formatted(
                clients.name,
                tally.requests,
                (double) tally.requests / options.seconds(),
                tally.slow,
                tally.drained,
                tally.errors(),
                tally.failures.isEmpty() ? "" : tally.failures)));
        List<String> wrong;
        try (Stream<String> log = Files.lines(lab.path(ACCESS_LOG))) {
            wrong = log.filter(line -> WRONG.matcher(line).find()).toList();
        }
        report.say("").say("Lines of the access log that tell of a failure, in all phases: %d".formatted(wrong.size())).say("");
        wrong.stream().limit(MAX_WRONG_LINES).forEach(line -> report.say("    " + line));
        report.say("").say("| the proxy's own counters meanwhile | |").say("|---|---|");
        after.forEach((metric, value) -> {
            double change = value - before(steady, metric);
            if (change != 0 && metric.matches("backendpool_(requests_total|proxy_errors_total|retries_total|connect_failures_total"
                    + "|upstream_requests_total|limit_hits_total|streams_ended_total|tls_handshakes_total|revision).*")) {
                report.say("| `%s` | %,.0f |".formatted(metric, change));
            }
        });
        report.say("")
                .say("RSS MiB every %d s: %s".formatted(SAMPLE_SECONDS, series(samples, Sample::rssKib)))
                .say("")
                .say("of it the Java heap: %s".formatted(series(samples, Sample::heapKib)))
                .say("")
                .say("all else: %s".formatted(series(samples, Sample::outsideKib)))
                .say("");
        report.say("What the JVM says of it, from the first save to the last (what it does not account for is not here):").say("");
        memory.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("Total:") || (line.startsWith("-") && line.contains("committed=") && line.contains(" +")))
                .forEach(line -> report.say("    " + line));
        report.say("").say("Failed while warming: %d, without changes: %d, with changes: %d, after them: %d"
                        .formatted(warmErrors, steadyErrors, total(tallies.values()), lateErrors)).say("");
        long failed = steadyErrors + total(tallies.values()) + lateErrors;
        String line = String.format(
                Locale.ROOT,
                "soak %d s, %d saves: failed %d of %,d; leaks %d; live heap %.1f -> %.1f MiB, RSS outside of the heap %+.2f MiB a minute;"
                        + " reuse when nothing changes %.4f %%",
                options.seconds(),
                saves.get(),
                failed,
                tallies.values().stream().mapToLong(tally -> tally.requests).sum(),
                leaks,
                liveBefore,
                liveAfter,
                slopeMibPerMinute(samples),
                100 * reused / (reused + opened));
        return report.say(line).conclude(line);
    }

    private static double before(Map<String, Double> metrics, String metric) {
        return metrics.getOrDefault(metric, 0.0);
    }

    private static final class Tally {
        long requests;
        long slow;
        long drained;
        final Map<String, Long> failures = new TreeMap<>();

        long errors() {
            return failures.values().stream().mapToLong(each -> each).sum();
        }
    }

    private static long total(Iterable<Tally> tallies) {
        long errors = 0;
        for (Tally tally : tallies) {
            errors += tally.errors();
        }
        return errors;
    }

    private interface Work {
        void run() throws Exception;
    }

    /** Runs all clients for so long, each kind in rounds, and {@code work} beside them. */
    private static Map<Clients, Tally> under(Lab lab, int admin, List<Clients> kinds, int seconds, Work work) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Map<Clients, Tally> tallies = new LinkedHashMap<>();
        List<Future<?>> running = new ArrayList<>();
        AtomicBoolean failed = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Clients clients : kinds) {
                Tally tally = new Tally();
                tallies.put(clients, tally);
                running.add(threads.submit(() -> {
                    long left;
                    while (!failed.get() && (left = TimeUnit.NANOSECONDS.toSeconds(end - System.nanoTime() + 500_000_000)) > 0) {
                        round(lab, admin, clients, (int) Math.min(clients.roundSeconds, left), tally);
                    }
                    return null;
                }));
            }
            try {
                work.run();
                for (Future<?> each : running) {
                    each.get();
                }
            } finally {
                failed.set(true);
            }
        }
        return tallies;
    }

    /**
     * One round. Of a stream's connections that ended before their client wanted it, those are no failures that the proxy
     * counts as cut because their backend left too long ago; that can only be where the round took that long.
     */
    private static void round(Lab lab, int admin, Clients clients, int seconds, Tally tally) throws Exception {
        boolean streams = clients.port == TCP;
        double cutBefore = streams ? Metrics.read(admin).getOrDefault(DRAIN_DEADLINE, 0.0) : 0;
        long begin = System.nanoTime();
        Map<String, Long> failures;
        try {
            Load.Figures figures = clients.load.run(lab, clients.port, seconds);
            tally.requests += figures.requests();
            tally.slow += figures.slow();
            tally.drained += figures.drained();
            failures = new TreeMap<>(figures.failures());
        } catch (IOException e) {
            failures = new TreeMap<>(Map.of(String.valueOf(e.getMessage()), 1L));
        }
        double took = (System.nanoTime() - begin) / 1e9;
        long cut = failures.getOrDefault("read", 0L);
        if (streams && cut > 0 && took > DRAIN_SECONDS && Metrics.read(admin).getOrDefault(DRAIN_DEADLINE, 0.0) - cutBefore >= cut) {
            failures.remove("read");
            tally.drained += cut;
        }
        failures.forEach((kind, number) -> tally.failures.merge(kind, number, Long::sum));
        if (!failures.isEmpty()) {
            System.out.printf("   %s: %s, in a round of %.1f s%n", clients.name, failures, took);
        }
    }

    private static void changeAndSample(Target.Ours ours, int seconds, List<Sample> samples, AtomicLong saves) throws Exception {
        Random random = new Random(SEED);
        long begin = System.nanoTime();
        long nextSample = begin;
        while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(seconds)) {
            long now = System.nanoTime();
            if (now >= nextSample) {
                samples.add(new Sample((now - begin) / 1e9, Meter.rss(ours.proxy()), heapKib(ours)));
                nextSample += TimeUnit.SECONDS.toNanos(SAMPLE_SECONDS);
            }
            if (now - begin >= saves.get() * (1_000_000_000L / SAVES_A_SECOND)) {
                ours.edit(somePool(random));
                saves.incrementAndGet();
            }
            Thread.sleep(10);
        }
    }

    /** Any backends in one group or two, any weights, any policy. */
    private static String somePool(Random random) {
        List<String> all = new ArrayList<>(Sides.backends(Backend.FIRST, Backend.COUNT));
        Collections.shuffle(all, random);
        int first = 1 + random.nextInt(Backend.COUNT - 1);
        int second = random.nextInt(Backend.COUNT - first + 1);
        return pool(
                all.subList(0, first),
                all.subList(first, first + second),
                1 + random.nextInt(100),
                random.nextBoolean() ? "RoundRobin" : "Random");
    }

    private static String pool(List<String> blue, List<String> green, int weight, String policy) {
        return """
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPool
                metadata: {name: bench}
                spec:
                  listeners:
                  - {name: http, port: %d, protocol: HTTP}
                  - {name: https, port: %d, protocol: HTTPS, tls: {certificateRefs: [{name: bench}]}}
                  - {name: tcp, port: %d, protocol: TCP}
                  loadBalancing: {policy: %s}
                  healthCheck: {http: {path: /}, interval: 5s}
                  backends:
                """
                        .formatted(HTTP, HTTPS, TCP, policy)
                + group("blue", blue, 100)
                + group("green", green, weight);
    }

    private static String group(String name, List<String> addresses, int weight) {
        return addresses.isEmpty()
                ? ""
                : "  - {name: %s, weight: %d, addresses: [%s]}%n"
                        .formatted(name, weight, String.join(", ", addresses.stream().map(each -> '"' + each + '"').toList()));
    }

    private static String series(List<Sample> samples, ToLongFunction<Sample> kib) {
        return String.join(
                " ",
                samples.stream().map(each -> String.format(Locale.ROOT, "%.1f", kib.applyAsLong(each) / 1024.0)).toList());
    }

    private static long heapKib(Target.Ours ours) throws Exception {
        Matcher heap = HEAP.matcher(jcmd(ours, "VM.native_memory", "summary", "scale=KB"));
        if (!heap.find()) {
            throw new IllegalStateException("VM.native_memory says nothing of the heap");
        }
        return Long.parseLong(heap.group(1));
    }

    /** What is left after a full collection. */
    private static double liveHeapMib(Target.Ours ours, int admin) throws Exception {
        jcmd(ours, "GC.run");
        return Metrics.read(admin).get(LIVE_HEAP) / (1 << 20);
    }

    /** Of the line with the least squares. */
    private static double slopeMibPerMinute(List<Sample> samples) {
        List<Sample> late = samples.stream().filter(each -> each.seconds >= SLOPE_FROM_SECONDS).toList();
        double x = late.stream().mapToDouble(Sample::seconds).average().orElse(0);
        double y = late.stream().mapToDouble(Sample::outsideKib).average().orElse(0);
        double up = late.stream().mapToDouble(each -> (each.seconds - x) * (each.outsideKib() - y)).sum();
        double down = late.stream().mapToDouble(each -> (each.seconds - x) * (each.seconds - x)).sum();
        return down == 0 ? 0 : up / down * 60 / 1024;
    }

    private static String jcmd(Target.Ours ours, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), String.valueOf(ours.proxy().pid())));
        command.addAll(List.of(arguments));
        return Lab.run(command);
    }
}
