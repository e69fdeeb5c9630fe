package io.backendpool.proxy.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** What Linux knows of this host's connections before any program does (proc(5), /proc/net/tcp). */
final class Kernel {
    private static final String ESTABLISHED = "01";
    private static final int REMOTE = 2;
    private static final int STATE = 3;

    private Kernel() {}

    /** Whether any socket is connected to {@code port}, as far as its own side knows. */
    static boolean anyEstablishedTo(int port) throws IOException {
        return anyEstablishedTo(port, Path.of("/proc/self/net/tcp"))
                || anyEstablishedTo(port, Path.of("/proc/self/net/tcp6"));
    }

    private static boolean anyEstablishedTo(int port, Path table) throws IOException {
        if (!Files.exists(table)) {
            return false;
        }
        String remote = String.format(Locale.ROOT, ":%04X", port);
        try (Stream<String> lines = Files.lines(table)) {
            return lines.map(line -> line.strip().split(" +"))
                    .anyMatch(columns -> columns[REMOTE].endsWith(remote) && columns[STATE].equals(ESTABLISHED));
        }
    }
}
