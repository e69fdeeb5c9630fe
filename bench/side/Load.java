package side;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
     * @param errors of any kind: refused, cut, timed out, a status that is no success
     */
    record Figures(long requests, double seconds, long p50, long p99, long p999, long errors) {
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
        private static final Pattern LINE =
                Pattern.compile("FIGURES (\\d+) (\\d+) (\\d+) (\\d+) (\\d+) (\\d+)");
        private static final String DONE =
                """
                done = function(summary, latency, requests)
                  local e = summary.errors
                  io.write(string.format("FIGURES %d %d %d %d %d %d\\n", summary.requests, summary.duration,
                    latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
                    e.connect + e.read + e.write + e.status + e.timeout))
                  io.write(string.format("ERRORS connect %d read %d write %d status %d timeout %d\\n",
                    e.connect, e.read, e.write, e.status, e.timeout))
                end
                """;

        @Override
        public Figures run(Lab lab, int port, int seconds) throws Exception {
            // Several may run at once.
            String script = lab.file("wrk-%08x.lua".formatted(lua.hashCode()), lua + "\n" + DONE);
            String said = lab.runInside(
                    "wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "-s", script, url.formatted(port));
            Matcher line = LINE.matcher(said);
            if (!line.find()) {
                throw new IllegalStateException("wrk said no figures: " + said);
            }
            if (!line.group(6).equals("0")) {
                said.lines().filter(each -> each.startsWith("ERRORS")).forEach(each -> System.out.println("   wrk: " + each));
            }
            return new Figures(
                    Long.parseLong(line.group(1)),
                    Long.parseLong(line.group(2)) / 1e6,
                    Long.parseLong(line.group(3)),
                    Long.parseLong(line.group(4)),
                    Long.parseLong(line.group(5)),
                    Long.parseLong(line.group(6)));
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
            long errors = Long.parseLong(requests.group(2)) + Long.parseLong(requests.group(3)) + Long.parseLong(requests.group(4));
            return new Figures(
                    Long.parseLong(requests.group(1)), seconds, at(micros, 0.5), at(micros, 0.99), at(micros, 0.999), errors);
        }

        private static long at(long[] sorted, double quantile) {
            return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)];
        }
    }
}
