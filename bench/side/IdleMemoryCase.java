package side;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What a kept connection costs while nothing happens on it: opened, used once, and idle. The proxy was under load before,
 * so that what it keeps for work is there already.
 *
 * @param sides the setups
 * @param load for the time before
 * @param connections how many are opened
 * @param tls they are made in TLS, and trust whoever answers
 */
public record IdleMemoryCase(String name, String what, IntFunction<Sides> sides, Load load, int connections, boolean tls)
        implements Case {
    private static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int SETTLE_MILLIS = 3_000;

    /**
     * @param heapKibEach what each connection held in a JVM's heap; 0: no JVM. The load before has left the heap larger than
     *     what is in it, so new objects fit in and RSS does not show them
     */
    private record Memory(
            String target, boolean ours, double kibEach, double heapKibEach, long beforeKib, long openKib, long closedKib) {}

    @Override
    public Report run(Lab lab, Options options) throws Exception {
        Report report = new Report(this);
        List<Target> targets = new ArrayList<>();
        try {
            LoadCase.start(lab, options, sides, "", 0, targets, report);
            report.say("").say("| target | KiB a connection | of live heap, beside it | RSS MiB before | with %,d | after they closed |".formatted(connections))
                    .say("|---|---|---|---|---|---|");
            List<Memory> all = new ArrayList<>();
            for (Target target : targets) {
                Memory memory = measure(lab, target);
                all.add(memory);
                report.say("| %s | %.2f | %.2f | %.1f | %.1f | %.1f |".formatted(
                        memory.target, memory.kibEach, memory.heapKibEach, memory.beforeKib / 1024.0, memory.openKib / 1024.0, memory.closedKib / 1024.0));
            }
            report.say("");
            for (Memory memory : all) {
                String line = String.format(Locale.ROOT, "%s %s %.2f KiB a connection by RSS, %.2f by live heap", name, memory.target, memory.kibEach, memory.heapKibEach);
                report.say(line).conclude(line);
            }
            return report;
        } finally {
            targets.forEach(Target::stop);
        }
    }

    private Memory measure(Lab lab, Target target) throws Exception {
        Rounds.warm(lab, target, load);
        Thread.sleep(SETTLE_MILLIS);
        long before = Meter.rss(target.proxy());
        List<Socket> sockets = new ArrayList<>();
        SocketFactory factory = tls ? trusting() : SocketFactory.getDefault();
        try {
            byte[] answer = new byte[4096];
            for (int i = 0; i < connections; i++) {
                Socket socket = factory.createSocket("127.0.0.1", target.port());
                sockets.add(socket);
                socket.getOutputStream().write(REQUEST);
                readAnswer(target, socket.getInputStream(), answer);
            }
            Thread.sleep(SETTLE_MILLIS);
            long open = Meter.rss(target.proxy());
            double openHeap = liveHeapKib(target);
            close(sockets);
            Thread.sleep(SETTLE_MILLIS);
            long closed = Meter.rss(target.proxy());
            return new Memory(
                    target.name(),
                    target.ours(),
                    (double) (open - before) / connections,
                    (openHeap - liveHeapKib(target)) / connections,
                    before,
                    open,
                    closed);
        } finally {
            close(sockets);
        }
    }

    /** What can be reached, after a collection; 0 where there is no heap. */
    private static double liveHeapKib(Target target) throws Exception {
        if (!target.isJvm()) {
            return 0;
        }
        String histogram = Lab.run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                String.valueOf(target.proxy().pid()),
                "GC.class_histogram"));
        String total = histogram.lines().filter(line -> line.startsWith("Total")).findFirst().orElseThrow();
        return Long.parseLong(total.strip().split("\\s+")[2]) / 1024.0;
    }

    private static SocketFactory trusting() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, new TrustManager[] {new TrustAll()}, null);
        return context.getSocketFactory();
    }

    /** The certificate is the run's own, and not what is looked at here. */
    private static final class TrustAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** The answer is short and comes at once, but may come in pieces. */
    private static void readAnswer(Target target, InputStream in, byte[] answer) throws IOException {
        int length = 0;
        while (!new String(answer, 0, length, StandardCharsets.US_ASCII).endsWith("often\n")) {
            int read = in.read(answer, length, answer.length - length);
            if (read <= 0) {
                throw new IOException(target.name() + " closed an idle connection, or answered too much: "
                        + new String(answer, 0, length, StandardCharsets.US_ASCII));
            }
            length += read;
        }
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }
}
