package side;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Starts our proxy again and again, by the entry point of its image and with its pool on disk, as a pod does that is
 * restarted: once with the ahead-of-time cache that the image's build makes, once without. Started by bench/startup.
 */
public final class Startup {
    /** What a container has that the JVM's own choices depend on; the proxy's core is one. */
    private static final List<String> CONTAINER = List.of("-XX:MaxRAM=512m");

    private static final int FIRST_REQUESTS = 1_000;
    private static final int PROBES_AFTER = 3;
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"");

    /**
     * A pool to start with.
     *
     * @param listener its protocol, as the manifest says it
     * @param first h2load's options for the first requests
     */
    private record Kind(String name, String listener, String url, List<String> first) {}

    private static final String TLS = "protocol: HTTPS, tls: {certificateRefs: [{name: bench}]}";
    private static final List<Kind> KINDS = List.of(
            new Kind("plain", "protocol: HTTP", "http://127.0.0.1:%d/", List.of("--h1", "-c4", "-m1")),
            new Kind("tls", TLS, "https://bench.internal:%d/", List.of("--h1", "-c4", "-m1")),
            new Kind("h2", TLS, "https://bench.internal:%d/", List.of("-c4", "-m1")),
            new Kind("tcp", "protocol: TCP", "http://127.0.0.1:%d/", List.of("--h1", "-c4", "-m1")));

    /** One start. Times in seconds, memory in KiB, the quantile in microseconds. */
    private record Start(double ready, double cpu, long rssKib, long p99, long slowest) {}

    /** After the load. */
    private record After(Load.Figures load, double cpuMicros, long p99, long rssKib) {}

    private final Path home;
    private final Lab lab;
    private final int seconds;
    private final List<String> jvm;
    private final Path cache;

    private Startup(Path home, Lab lab, int seconds, List<String> jvm) {
        this.home = home;
        this.lab = lab;
        this.seconds = seconds;
        this.jvm = jvm;
        this.cache = lab.path("proxy.aot");
    }

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        List<Kind> kinds = new ArrayList<>();
        int rounds = 5;
        int seconds = 60;
        List<String> jvm = List.of();
        for (int i = 1; i < arguments.length; i++) {
            String argument = arguments[i];
            switch (argument) {
                case "--rounds" -> rounds = Integer.parseInt(arguments[++i]);
                case "--seconds" -> seconds = Integer.parseInt(arguments[++i]);
                case "--jvm" -> jvm = List.of(arguments[++i].split(" +"));
                default -> kinds.add(KINDS.stream()
                        .filter(kind -> kind.name().equals(argument))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(argument
                                + " (expected: plain, tls, h2 or tcp, or --rounds N, --seconds N, --jvm FLAGS)")));
            }
        }
        try (Lab lab = Lab.open(home)) {
            Runtime.getRuntime().addShutdownHook(new Thread(lab::close));
            new Startup(home, lab, seconds, jvm).run(kinds.isEmpty() ? KINDS : kinds, rounds);
        }
    }

    private void run(List<Kind> kinds, int rounds) throws Exception {
        List<String> page = new ArrayList<>();
        page.add("# Start-up\n\n```\n" + lab.machine() + "```\n");
        page.add(("Process start to ready, on one core of a container of 512 MiB; %d starts each, in turn, medians. p99 of the"
                        + " first %,d requests after ready, and of as many after %d s of full load. Method: bench/README.md.%n")
                .formatted(rounds, FIRST_REQUESTS, seconds));
        if (!jvm.isEmpty()) {
            page.add("With " + String.join(" ", jvm) + "\n");
        }
        long begin = System.nanoTime();
        train();
        String made = String.format("the cache: %.1f MiB, made in %.1f s%n", Files.size(cache) / 1048576.0, since(begin));
        System.out.print(made);
        page.add(made);
        page.add("| pool | cache | ready s (range) | CPU s to ready | RSS MiB when ready | p99 of the first ms (range) | slowest ms"
                + " | p99 after load ms | ratio | full load: requests/s, CPU us, p99 ms | RSS MiB then |\n|---|---|---|---|---|---|---|---|---|---|---|");
        for (Kind kind : kinds) {
            measure(kind, rounds, page);
        }
        Path results = home.resolve("bench/results").resolve(LocalDate.now() + "-startup.md");
        Files.writeString(results, String.join("\n", page) + "\n");
        System.out.printf("%nwritten: bench/results/%s%n", results.getFileName());
    }

    private void measure(Kind kind, int rounds, List<String> page) throws Exception {
        Path bootstrap = bootstrap(kind);
        lab.file("token", "bench");
        Map<Boolean, List<Start>> starts = new LinkedHashMap<>();
        Map<Boolean, After> after = new LinkedHashMap<>();
        for (int round = 1; round <= rounds; round++) {
            for (boolean cached : new boolean[] {true, false}) {
                boolean last = round == rounds;
                starts.computeIfAbsent(cached, unused -> new ArrayList<>())
                        .add(start(kind, bootstrap, cached, last ? after : null));
            }
        }
        starts.forEach((cached, all) -> {
            double p99 = median(all.stream().mapToDouble(Start::p99).toArray()) / 1000;
            double p99After = after.get(cached).p99() / 1000.0;
            double[] ready = all.stream().mapToDouble(Start::ready).sorted().toArray();
            double[] first = all.stream().mapToDouble(Start::p99).sorted().toArray();
            String line = String.format(
                    "| %s | %s | %.2f (%.2f to %.2f) | %.2f | %.0f | %.2f (%.2f to %.2f) | %.1f | %.2f | %.1f | %,.0f, %.1f, %.2f | %.0f |",
                    kind.name(),
                    cached ? "yes" : "no",
                    median(ready),
                    ready[0],
                    ready[ready.length - 1],
                    median(all.stream().mapToDouble(Start::cpu).toArray()),
                    median(all.stream().mapToDouble(Start::rssKib).toArray()) / 1024,
                    p99,
                    first[0] / 1000,
                    first[first.length - 1] / 1000,
                    median(all.stream().mapToDouble(Start::slowest).toArray()) / 1000,
                    p99After,
                    p99 / p99After,
                    after.get(cached).load().rps(),
                    after.get(cached).cpuMicros(),
                    after.get(cached).load().p99() / 1000.0,
                    after.get(cached).rssKib() / 1024.0);
            System.out.println(line);
            page.add(line);
        });
    }

    /** A pool on disk, as the operator gives it to a proxy. */
    private Path bootstrap(Kind kind) throws Exception {
        Target.Ours ours = Target.Ours.start(
                lab, home, kind.name(), Ports.OURS, Sides.pool(Ports.OURS, kind.listener(), Sides.threeBackends(), false));
        try (Stream<Path> files = Files.walk(lab.path(kind.name() + "-state"))) {
            Path found = files.filter(file -> file.endsWith("last-known-good")).findFirst().orElseThrow();
            return Files.copy(found, lab.path(kind.name() + ".pool"));
        } finally {
            ours.stop();
        }
    }

    private Start start(Kind kind, Path bootstrap, boolean cached, Map<Boolean, After> after) throws Exception {
        Path state = Files.createTempDirectory(lab.path(""), "proxy");
        List<String> command = new ArrayList<>(List.of("setsid", "taskset", "-c", String.valueOf(Lab.PROXY_CORE)));
        command.addAll(entryPoint(cached));
        command.addAll(List.of(
                "--pool=default/bench", "--name=proxy", "--control=127.0.0.1:1",
                "--control-ca=" + lab.path("certificate.pem"), "--token-file=" + lab.path("token"),
                "--bootstrap=" + bootstrap, "--state-dir=" + state, "--admin=127.0.0.1:0", "--bind=127.0.0.1"));
        long begin = System.nanoTime();
        Process process = lab.start("start", command, Map.of());
        try {
            Lab.favour(process.toHandle());
            while (!isReady(state)) {
                if (!process.isAlive() || since(begin) > 60) {
                    throw new IllegalStateException("the proxy is not ready; it said:\n" + lab.lastWords("start"));
                }
                Thread.sleep(5);
            }
            double ready = since(begin);
            Meter used = Meter.read(process.toHandle());
            long rss = Meter.rss(process.toHandle());
            long[] first = requests(kind);
            if (after != null) {
                Meter before = Meter.read(process.toHandle());
                Load.Figures figures = load(kind).run(lab, Ports.OURS, seconds);
                Meter cpu = Meter.read(process.toHandle()).minus(before);
                double[] p99 = new double[PROBES_AFTER];
                for (int i = 0; i < PROBES_AFTER; i++) {
                    p99[i] = p99(requests(kind));
                }
                after.put(cached, new After(
                        figures,
                        (cpu.userMicros() + cpu.systemMicros()) / figures.requests(),
                        (long) median(p99),
                        Meter.rss(process.toHandle())));
            }
            Start start = new Start(
                    ready, (used.userMicros() + used.systemMicros()) / 1e6, rss, p99(first), first[first.length - 1]);
            System.out.printf("   %-5s %-8s %s%n", kind.name(), cached ? "cache" : "no cache", start);
            return start;
        } finally {
            Lab.stop(process);
        }
    }

    private static boolean isReady(Path state) {
        try {
            int port = Integer.parseInt(Files.readString(state.resolve("admin.port")).strip());
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream().write("GET /ready HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                return new String(socket.getInputStream().readAllBytes()).contains(" 200 ");
            }
        } catch (IOException | NumberFormatException notYet) {
            return false;
        }
    }

    /** The latencies of some requests, in microseconds, sorted. */
    private long[] requests(Kind kind) throws Exception {
        Path log = lab.path("h2load.tsv");
        Files.deleteIfExists(log);
        // Before the backend on their core: else its time slices are what is measured.
        List<String> command = new ArrayList<>(List.of(
                "chrt", "--rr", "1", "chroot", lab.path("").resolve("../..").normalize().toString(),
                "h2load", "-n" + FIRST_REQUESTS, "--log-file", lab.inside("h2load.tsv")));
        command.addAll(kind.first());
        command.add(kind.url().formatted(Ports.OURS));
        String said = Lab.run(command);
        if (!said.contains(FIRST_REQUESTS + " succeeded")) {
            throw new IllegalStateException("not all requests were answered: " + said);
        }
        return Files.readAllLines(log).stream()
                .mapToLong(line -> Long.parseLong(line.split("\t")[2]))
                .sorted()
                .toArray();
    }

    private static Load load(Kind kind) {
        return kind.name().equals("h2")
                ? new Load.H2load(16, 32, kind.url(), List.of())
                : new Load.Wrk(64, kind.url(), "");
    }

    private static long p99(long[] sorted) {
        return sorted[(int) (sorted.length * 0.99)];
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double since(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private void train() throws Exception {
        List<String> command = instruction("RUN [\"java\"", true);
        Lab.run(command);
    }

    private List<String> entryPoint(boolean cached) throws IOException {
        return instruction("ENTRYPOINT [\"java\"", cached);
    }

    /** The last instruction of the Dockerfile that begins so, which is the proxy's, on this machine. */
    private List<String> instruction(String begin, boolean cached) throws IOException {
        String line = Files.readAllLines(home.resolve("Dockerfile")).stream()
                .filter(each -> each.startsWith(begin))
                .reduce((first, last) -> last)
                .orElseThrow();
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            words.add(matcher.group(1)
                    .replace("/app/proxy.aot", cache.toString())
                    .replace("/app", home.resolve("src/proxy/target/proxy-app").toString()));
        }
        words.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (!cached) {
            words.removeIf(word -> word.startsWith("-XX:AOTCache="));
        }
        if (jvm.stream().anyMatch(flag -> flag.endsWith("GC"))) {
            words.removeIf(word -> word.matches("-XX:.Use.*GC"));
        }
        words.addAll(1, jvm);
        words.addAll(1, CONTAINER);
        return words;
    }
}
