package side;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The failover scenario of howardjohn/gateway-api-bench: three good backends and one that is good for 22 s, bad for 22 s, and
 * so on, and a request every 5 ms to each proxy. Bad is 503, to probes as well. All proxies are looked at in the same minutes
 * and have the same four backends, an nginx on the load's core, whose log tells when requests arrived at the one that flips;
 * each has an h2load of its own, whose log tells when what was sent and answered. Times are nanoseconds since 1970, which is
 * what both logs can be brought to.
 */
public record FailoverCase(String name, String what) implements Case {
    private static final long PERIOD = TimeUnit.SECONDS.toNanos(22);
    /** A request every 5 ms. */
    private static final int RPS = 200;

    private static final int FIRST_BACKEND = 9101;
    private static final int BACKENDS = 4;
    /** In turn, each backend gets so many requests a second. */
    private static final double SHARE = (double) RPS / BACKENDS;

    /** A backend that has not been asked for so long is not asked any more. */
    private static final long SILENCE = TimeUnit.MILLISECONDS.toNanos(500);

    private static final int WARM_REQUESTS = 2_000;
    /** So many connections of each proxy share the pace. */
    private static final int CONNECTIONS = 4;

    private static final String ACTIVE =
            "  healthCheck: {http: {path: /healthz}, interval: 1s, timeout: 500ms, healthyThreshold: 1, unhealthyThreshold: 1}\n";
    private static final String PASSIVE = "  outlierDetection: {baseEjectionTime: 10s, maxEjectionPercent: 100}\n";
    private static final Map<String, String> OURS = new java.util.LinkedHashMap<>();

    static {
        OURS.put("ours, nothing", "");
        OURS.put("ours, passive", PASSIVE);
        OURS.put("ours, active", ACTIVE);
        OURS.put("ours, passive and active", PASSIVE + ACTIVE);
    }

    /** One proxy with one configuration; what happened to it, each list in the order of time. */
    private static final class Subject {
        final String name;
        final boolean retries;
        final int port;
        final int number;
        /** When requests arrived at the backend that flips. */
        final List<Long> arrived = new ArrayList<>();
        /** When requests were sent that did not end with 200. */
        final List<Long> failed = new ArrayList<>();
        /** When requests were sent. */
        final List<Long> sent = new ArrayList<>();

        Subject(String name, boolean retries, int port, int number) {
            this.name = name;
            this.retries = retries;
            this.port = port;
            this.number = number;
        }

        String url() {
            return "http://127.0.0.1:%d/%d".formatted(port, number);
        }

        String log() {
            return "failover-%d.tsv".formatted(number);
        }
    }

    /** When it turned bad and good, one after the other. */
    private record Flip(long bad, long good, long end) {}

    /** While it is there, the first backend is bad. */
    private static final String BAD = "failover-bad";

    private static final String ARRIVALS = "failover-arrivals.log";

    @Override
    public Report run(Lab lab, Options options) throws Exception {
        Report report = new Report(this);
        List<Subject> subjects = new ArrayList<>();
        List<Target> peers = new ArrayList<>();
        Process backends = startBackends(lab);
        Process operator = null;
        try {
            operator = startOurs(lab, subjects);
            startPeers(lab, options, subjects, peers);
            for (Subject each : subjects) {
                lab.awaitPort("failover", operator, each.port);
            }
            awaitReady(lab, operator, OURS.size() * 2);
            List<Flip> flips = drive(lab, subjects, options.cycles());
            table(report, subjects, flips);
            return report;
        } finally {
            peers.forEach(Target::stop);
            if (operator != null) {
                Lab.stop(operator);
            }
            Lab.stop(backends);
        }
    }

    private static Process startBackends(Lab lab) throws Exception {
        StringBuilder servers = new StringBuilder();
        for (int i = 0; i < BACKENDS; i++) {
            String flips = i == 0 ? "if (-f %s) { return 503; }".formatted(lab.inside(BAD)) : "";
            String log = i == 0 ? "access_log %s arrivals;".formatted(lab.inside(ARRIVALS)) : "";
            servers.append(
                    """
                      server {
                        listen 127.0.0.1:%d backlog=4096;
                        location = /healthz { %2$s return 200 "ok"; }
                        location / { %3$s %2$s return 200 "ok"; }
                      }
                    """
                            .formatted(FIRST_BACKEND + i, flips, log));
        }
        return Backend.nginx(
                lab,
                "failover-backends",
                FIRST_BACKEND,
                1,
                """
                  log_format arrivals "$msec $uri";
                  keepalive_timeout 600s;
                  keepalive_requests 1000000000;
                  tcp_nodelay on;
                %s"""
                        .formatted(servers));
    }

    private static Process startOurs(Lab lab, List<Subject> subjects) throws Exception {
        Path pools = Files.createDirectory(lab.path("failover-pools"));
        OURS.forEach((name, health) -> {
            for (boolean retries : new boolean[] {false, true}) {
                int number = subjects.size();
                int port = 8101 + number;
                subjects.add(new Subject(name, retries, port, number));
                String pool = Sides.pool(port, "protocol: HTTP", Sides.backends(FIRST_BACKEND, BACKENDS), false)
                                .replace("{name: bench}", "{name: bench-" + number + "}")
                        + "  retries: {attempts: %d, statuses: [\"503\"]}%n".formatted(retries ? 2 : 0)
                        + health;
                try {
                    Files.writeString(pools.resolve("bench-%d.yaml".formatted(number)), pool);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        });
        List<String> command = List.of(
                "taskset", "-c", String.valueOf(Lab.PROXY_CORE), lab.home.resolve("backendpool").toString(),
                "run", pools.toString(), "--state-dir", lab.path("failover-state").toString(),
                "--bind", "127.0.0.1", "--plain", "--for", "3h");
        return lab.start("failover", command, Map.of("BACKENDPOOL_BUILD", "never"));
    }

    /** Their own health checks, as near to ours as they can: HAProxy's active ones, nginx's passive ones. */
    private static void startPeers(Lab lab, Options options, List<Subject> subjects, List<Target> peers) throws Exception {
        List<String> backends = Sides.backends(FIRST_BACKEND, BACKENDS);
        for (boolean retries : new boolean[] {false, true}) {
            if (options.takes("haproxy")) {
                int port = 8201 + subjects.size();
                String servers = "  option httpchk GET /healthz\n  option redispatch 1\n  retries %d\n  retry-on %s\n"
                                .formatted(retries ? 2 : 0, retries ? "503 conn-failure" : "conn-failure")
                        + Sides.servers(backends, "check inter 1s fall 1 rise 1");
                String sections = Sides.haproxyHttp("bind 127.0.0.1:" + port, "roundrobin", "http", servers);
                peers.add(Target.Haproxy.start(lab, "haproxy-" + retries, port, sections));
                subjects.add(new Subject("HAProxy, active", retries, port, subjects.size()));
            }
            if (options.takes("nginx")) {
                int port = 8201 + subjects.size();
                String contexts = Sides.nginxHttp("listen 127.0.0.1:%d backlog=4096;".formatted(port), "http", backends)
                        .replace(
                                "proxy_http_version 1.1;",
                                "proxy_http_version 1.1; proxy_next_upstream error timeout http_503; proxy_next_upstream_tries %d;"
                                        .formatted(retries ? 3 : 1));
                peers.add(Target.Nginx.start(lab, "nginx-" + retries, port, contexts));
                subjects.add(new Subject("nginx, passive", retries, port, subjects.size()));
            }
        }
    }

    private static void awaitReady(Lab lab, Process operator, int pools) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
        while (Files.readString(lab.path("failover.log")).lines().filter(line -> line.contains("ready=1/1")).map(FailoverCase::pool).distinct().count()
                < pools) {
            if (!operator.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException("our proxies are not ready; the operator said:\n" + lab.lastWords("failover"));
            }
            Thread.sleep(100);
        }
    }

    private static String pool(String line) {
        return line.replaceFirst(".*(bench-\\d+).*", "$1");
    }

    /** Sends and flips until all cycles are over. */
    private static List<Flip> drive(Lab lab, List<Subject> subjects, int cycles) throws Exception {
        for (Subject each : subjects) {
            lab.runInside("h2load", "--h1", "-c" + CONNECTIONS, "-m1", "-n" + WARM_REQUESTS, each.url());
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds((2L * cycles + 1) * PERIOD);
        System.out.printf("   warm; now %d s%n", seconds);
        List<Process> clients = new ArrayList<>();
        for (Subject each : subjects) {
            clients.add(lab.startInside(
                    "failover-client-" + each.number, Lab.LOAD_CORE,
                    "h2load", "--h1", "-c" + CONNECTIONS, "-m1", "--rps=" + RPS / CONNECTIONS, "-D" + seconds,
                    "--log-file", lab.inside(each.log()), each.url()));
        }
        List<Flip> flips = new ArrayList<>();
        long begin = now();
        for (int i = 0; i < cycles; i++) {
            Flip flip = new Flip(begin + (2L * i + 1) * PERIOD, begin + (2L * i + 2) * PERIOD, begin + (2L * i + 3) * PERIOD);
            flips.add(flip);
            sleepUntil(flip.bad());
            Files.createFile(lab.path(BAD));
            sleepUntil(flip.good());
            Files.delete(lab.path(BAD));
        }
        for (Process each : clients) {
            each.waitFor();
        }
        for (Subject each : subjects) {
            readSent(lab.path(each.log()), each);
        }
        readArrivals(lab.path(ARRIVALS), subjects);
        return flips;
    }

    private static long now() {
        return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    }

    private static void sleepUntil(long time) throws InterruptedException {
        for (long left = time - now(); left > 0; left = time - now()) {
            TimeUnit.NANOSECONDS.sleep(left);
        }
    }

    /** Reads lines of h2load: microseconds since 1970, status, microseconds until the answer. */
    private static void readSent(Path log, Subject subject) throws IOException {
        for (String line : Files.readAllLines(log)) {
            String[] columns = line.split("\t");
            long sent = TimeUnit.MICROSECONDS.toNanos(Long.parseLong(columns[0]));
            subject.sent.add(sent);
            if (!columns[1].equals("200")) {
                subject.failed.add(sent);
            }
        }
    }

    /** Reads lines such as {@code 1764272400.123 /7}. */
    private static void readArrivals(Path log, List<Subject> subjects) throws IOException {
        for (String line : Files.readAllLines(log)) {
            int blank = line.indexOf(' ');
            long millis = Long.parseLong(line.substring(0, blank).replace(".", ""));
            int number = Integer.parseInt(line.substring(blank + 2));
            subjects.get(number).arrived.add(TimeUnit.MILLISECONDS.toNanos(millis));
        }
    }

    private static void table(Report report, List<Subject> subjects, List<Flip> flips) {
        report.say("").say("%d cycles.".formatted(flips.size())).say("")
                .say("| proxy | retries | sent while bad | errors of these | later | sent to the bad one | stops after, s | first again after, s | good time lost, s of %d |"
                        .formatted(TimeUnit.NANOSECONDS.toSeconds(PERIOD) * flips.size()))
                .say("|---|---|---|---|---|---|---|---|---|");
        for (Subject subject : subjects) {
            List<Double> stops = new ArrayList<>();
            List<Double> firsts = new ArrayList<>();
            double lost = 0;
            long sent = 0;
            long errors = 0;
            long toBad = 0;
            for (Flip flip : flips) {
                sent += within(subject.sent, flip.bad, flip.good).size();
                errors += within(subject.failed, flip.bad, flip.good).size();
                List<Long> whileBad = within(subject.arrived, flip.bad, flip.good);
                List<Long> whileGood = within(subject.arrived, flip.good, flip.end);
                toBad += whileBad.size();
                stops.add(seconds(stop(whileBad, flip.bad)));
                firsts.add(seconds((whileGood.isEmpty() ? flip.end : whileGood.getFirst()) - flip.good));
                lost += Math.max(0, seconds(PERIOD) - whileGood.size() / SHARE);
            }
            report.say(String.format(
                    Locale.ROOT,
                    "| %s | %s | %d | %d | %d | %d | %s | %s | %.1f |",
                    subject.name, subject.retries ? "on" : "off", sent, errors, subject.failed.size() - errors, toBad, range(stops), range(firsts), lost));
        }
        report.say("");
    }

    private static List<Long> within(List<Long> times, long from, long to) {
        return times.stream().filter(at -> at >= from && at < to).sorted().toList();
    }

    /** Nanoseconds until the last request before the first silence. */
    private static long stop(List<Long> whileBad, long from) {
        long last = from;
        for (long at : whileBad) {
            if (at - last > SILENCE) {
                break;
            }
            last = at;
        }
        return last - from;
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    private static String range(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return String.format(
                Locale.ROOT, "%.2f (%.2f to %.2f)", sorted.get(sorted.size() / 2), sorted.getFirst(), sorted.getLast());
    }
}
