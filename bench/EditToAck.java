import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs {@code ./backendpool run} on a manifest with three backends, edits a weight again and again, and times from the end of
 * the write to the operator's line that every proxy has acknowledged the revision. The next edit follows a pause of 200 ms, so
 * that edits do not coalesce. Prints milliseconds.
 */
final class EditToAck {
    private static final Pattern SYNCED = Pattern.compile("synced revision (\\d+) ");
    private static final Pattern PROXY = Pattern.compile("proxy pid=(\\d+) ");

    private record Line(long nanos, String text) {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        int edits = Integer.parseInt(arguments[1]);
        Path directory = Files.createTempDirectory("edit-to-ack");
        List<HttpServer> backends = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
            server.createContext("/", exchange -> {
                exchange.sendResponseHeaders(200, 2);
                exchange.getResponseBody().write("ok".getBytes());
                exchange.close();
            });
            server.start();
            backends.add(server);
        }
        int port = freePort();
        Path manifest = directory.resolve("pool.yaml");
        Files.writeString(manifest, manifest(port, backends, 100));
        ProcessBuilder builder = new ProcessBuilder(
                home.resolve("backendpool").toString(),
                "run",
                manifest.toString(),
                "--state-dir",
                directory.resolve("state").toString(),
                "--plain",
                "--for",
                "10m");
        builder.redirectErrorStream(true).environment().put("BACKENDPOOL_BUILD", "never");
        long started = System.nanoTime();
        Process operator = builder.start();
        BlockingQueue<Line> lines = new LinkedBlockingQueue<>();
        Thread.ofPlatform().daemon().start(() -> read(operator, lines));
        try {
            measure(operator, lines, manifest, port, backends, edits, started);
        } finally {
            operator.destroy();
            operator.waitFor(20, TimeUnit.SECONDS);
            backends.forEach(server -> server.stop(0));
        }
    }

    private static void measure(
            Process operator,
            BlockingQueue<Line> lines,
            Path manifest,
            int port,
            List<HttpServer> backends,
            int edits,
            long started)
            throws Exception {
        long proxyPid = 0;
        long proxyStarted = 0;
        Line line = next(lines);
        while (!SYNCED.matcher(line.text()).find()) {
            Matcher proxy = PROXY.matcher(line.text());
            if (proxy.find()) {
                proxyPid = Long.parseLong(proxy.group(1));
                proxyStarted = line.nanos();
            }
            line = next(lines);
        }
        long synced = line.nanos();
        while (!line.text().contains("ready=1/1")) {
            line = next(lines);
        }
        System.out.printf(
                "start of the operator to the first ack: %d ms%nstart of the proxy to its first ack: %d ms, to ready in the status: %d ms%n",
                millis(synced - started), millis(synced - proxyStarted), millis(line.nanos() - proxyStarted));
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build();
            for (int i = 0; i < 2_000; i++) {
                if (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() != 200) {
                    throw new IllegalStateException("a request failed before the first edit");
                }
            }
        }
        long[] took = new long[edits];
        for (int edit = 0; edit < edits; edit++) {
            LockSupport.parkNanos(200_000_000);
            lines.clear();
            Files.writeString(manifest, manifest(port, backends, 101 + edit));
            long written = System.nanoTime();
            do {
                line = next(lines);
            } while (!SYNCED.matcher(line.text()).find());
            took[edit] = line.nanos() - written;
        }
        Arrays.sort(took);
        System.out.printf(
                "edit to last ack over %d edits: median %d ms, p90 %d ms, maximum %d ms%n",
                edits, millis(took[edits / 2]), millis(took[edits * 9 / 10]), millis(took[edits - 1]));
        System.out.printf(
                "RSS after it: operator %d MiB, proxy %d MiB%n",
                rss(operator.pid()), rss(proxyPid));
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    private static long rss(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
            }
        }
        return 0;
    }

    private static Line next(BlockingQueue<Line> lines) throws InterruptedException {
        Line line = lines.poll(60, TimeUnit.SECONDS);
        if (line == null) {
            throw new IllegalStateException("the operator said nothing for 60 s");
        }
        return line;
    }

    private static void read(Process operator, BlockingQueue<Line> lines) {
        try (BufferedReader reader = operator.inputReader()) {
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                lines.add(new Line(System.nanoTime(), text));
            }
        } catch (IOException ended) {
            // The process is gone, and so is what it had to say.
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String manifest(int port, List<HttpServer> backends, int weight) {
        StringBuilder yaml = new StringBuilder(
                """
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPool
                metadata: {name: bench}
                spec:
                  listeners:
                  - {name: http, port: %d}
                  healthCheck: {http: {path: /}, interval: 1s, timeout: 500ms}
                  backends:
                """
                        .formatted(port));
        for (int i = 0; i < backends.size(); i++) {
            yaml.append("  - {name: b%d, addresses: [\"127.0.0.1:%d\"], weight: %d}%n"
                    .formatted(i, backends.get(i).getAddress().getPort(), i == 0 ? weight : 100));
        }
        return yaml.toString();
    }
}
