package side;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A generator of requests, on the load's core. */
public interface Load {
    /** Loads {@code port} for that long. */
    Figures run(Lab lab, int port, int seconds) throws Exception;

    /**
     * What the generator saw.
     *
     * @param requests that were answered
     * @param p50 in microseconds, like the other quantiles
     * @param failures that did not succeed, by kind: refused, cut, of a status that is no success, never answered
     * @param slow of {@code requests}: answered after more than {@value #SLOW_SECONDS} s
     * @param drained connections whose backend left so long ago that the proxy was to end them
     */
    record Figures(
            long requests, double seconds, long p50, long p99, long p999, Map<String, Long> failures, long slow, long drained) {
        static final int SLOW_SECONDS = 2;

        public Figures {
            failures = Map.copyOf(failures);
        }

        long errors() {
            return failures.values().stream().mapToLong(each -> each).sum();
        }

        double rps() {
            return requests / seconds;
        }
    }

    /**
     * wrk: a closed loop over so many connections. Where connections are not kept, its latencies leave the time of
     * connecting out.
     *
     * @param url {@code SCHEME://127.0.0.1:%d/PATH}
     * @param lua lines that set up the request
     */
    record Wrk(int connections, String url, String lua) implements Load {
        private static final Pattern LINE = Pattern.compile("FIGURES (\\d+) (\\d+) (\\d+) (\\d+) (\\d+)");
        /** What wrk calls a time-out is a response that came, but late. */
        private static final Pattern ERRORS =
                Pattern.compile("ERRORS connect (\\d+) read (\\d+) write (\\d+) status (\\d+) timeout (\\d+)");
        private static final String DONE =
                """
                done = function(summary, latency, requests)
                  local e = summary.errors
                  io.write(string.format("FIGURES %d %d %d %d %d\\n", summary.requests, summary.duration,
                    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
                  io.write(string.format("ERRORS connect %d read %d write %d status %d timeout %d\\n",
                    e.connect, e.read, e.write, e.status, e.timeout))
                end
                """;

        @Override
        public Figures run(Lab lab, int port, int seconds) throws Exception {
            // Several may run at once.
            String script = lab.file("wrk-%08x.lua".formatted(lua.hashCode()), lua + "\n" + DONE);
            String said = lab.runInside(
                    "wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "--timeout", Figures.SLOW_SECONDS + "s", "-s", script, url.formatted(port));
            Matcher line = LINE.matcher(said);
            Matcher errors = ERRORS.matcher(said);
            if (!line.find() || !errors.find()) {
                throw new IllegalStateException("wrk said no figures: " + said);
            }
            Map<String, Long> failures = new TreeMap<>();
            List<String> kinds = List.of("connect", "read", "write", "status");
            for (int i = 0; i < kinds.size(); i++) {
                count(failures, kinds.get(i), Long.parseLong(errors.group(i + 1)));
            }
            return new Figures(
                    Long.parseLong(line.group(1)),
                    Long.parseLong(line.group(2)) / 1e6,
                    Long.parseLong(line.group(3)),
                    Long.parseLong(line.group(4)),
                    Long.parseLong(line.group(5)),
                    failures,
                    Long.parseLong(errors.group(5)),
                    0);
        }
    }

    private static void count(Map<String, Long> failures, String kind, long number) {
        if (number > 0) {
            failures.merge(kind, number, Long::sum);
        }
    }

    /**
     * h2load: HTTP/2 with so many streams on each connection.
     *
     * @param url {@code SCHEME://127.0.0.1:%d/PATH}
     * @param options for example a body and header fields
     */
    record H2load(int connections, int streams, String url, List<String> options) implements Load {
        private static final Pattern FINISHED = Pattern.compile("finished in ([\\d.]+)(m?s), ");
        private static final Pattern REQUESTS = Pattern.compile(
                "(\\d+) succeeded, (\\d+) failed, (\\d+) errored, (\\d+) timeout");

        @Override
        public Figures run(Lab lab, int port, int seconds) throws Exception {
            Path log = lab.path("h2load.tsv");
            Files.deleteIfExists(log);
            List<String> command = new ArrayList<>(List.of(
                    "h2load", "-t1", "-c" + connections, "-m" + streams, "-D" + seconds, "--log-file", lab.inside("h2load.tsv")));
            options.forEach(option -> command.add(option.replace(Lab.FOLDER, lab.inside(""))));
            command.add(url.formatted(port));
            String said = lab.runInside(command.toArray(String[]::new));
            Matcher finished = FINISHED.matcher(said);
            Matcher requests = REQUESTS.matcher(said);
            if (!finished.find() || !requests.find()) {
                throw new IllegalStateException("h2load said no figures: " + said);
            }
            long[] micros = Files.readAllLines(log).stream()
                    .mapToLong(line -> Long.parseLong(line.split("\t")[2]))
                    .sorted()
                    .toArray();
            // Those that timed out are among those that errored, and these among those that failed.
            long failed = Long.parseLong(requests.group(2));
            long errored = Long.parseLong(requests.group(3));
            long timedOut = Long.parseLong(requests.group(4));
            Map<String, Long> failures = new TreeMap<>();
            count(failures, "status", failed - errored);
            count(failures, "cut", errored - timedOut);
            count(failures, "timeout", timedOut);
            int late = Arrays.binarySearch(micros, Figures.SLOW_SECONDS * 1_000_000L);
            return new Figures(
                    Long.parseLong(requests.group(1)),
                    seconds,
                    at(micros, 0.5),
                    at(micros, 0.99),
                    at(micros, 0.999),
                    failures,
                    micros.length - (late < 0 ? -late - 1 : late),
                    0);
        }

        private static long at(long[] sorted, double quantile) {
            return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)];
        }
    }
}
