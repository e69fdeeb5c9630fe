package side;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * What a kept connection costs while nothing happens on it: opened, used once, and idle. The proxy was under load before,
 * so that what it keeps for work is there already.
 *
 * @param sides the setups
 * @param load for the time before
 * @param connections how many are opened
 */
public record IdleMemoryCase(String name, String what, IntFunction<Sides> sides, Load load, int connections)
        implements Case {
    private static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int SETTLE_MILLIS = 3_000;

    private record Memory(String target, boolean ours, double kibEach, long beforeKib, long openKib, long closedKib) {}

    @Override
    public Report run(Lab lab, Options options) throws Exception {
        Report report = new Report(this);
        List<Target> targets = new ArrayList<>();
        try {
            LoadCase.start(lab, options, sides, "", 0, targets, report);
            report.say("").say("| target | KiB a connection | RSS MiB before | with %,d | after they closed |".formatted(connections))
                    .say("|---|---|---|---|---|");
            List<Memory> all = new ArrayList<>();
            for (Target target : targets) {
                Memory memory = measure(lab, target);
                all.add(memory);
                report.say("| %s | %.2f | %.1f | %.1f | %.1f |".formatted(
                        memory.target, memory.kibEach, memory.beforeKib / 1024.0, memory.openKib / 1024.0, memory.closedKib / 1024.0));
            }
            report.say("");
            for (Memory memory : all) {
                String line = String.format(Locale.ROOT, "%s %s %.2f KiB a connection", name, memory.target, memory.kibEach);
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
        try {
            byte[] answer = new byte[4096];
            for (int i = 0; i < connections; i++) {
                Socket socket = new Socket("127.0.0.1", target.port());
                sockets.add(socket);
                socket.getOutputStream().write(REQUEST);
                readAnswer(target, socket.getInputStream(), answer);
            }
            Thread.sleep(SETTLE_MILLIS);
            long open = Meter.rss(target.proxy());
            close(sockets);
            Thread.sleep(SETTLE_MILLIS);
            return new Memory(
                    target.name(), target.ours(), (double) (open - before) / connections, before, open, Meter.rss(target.proxy()));
        } finally {
            close(sockets);
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
