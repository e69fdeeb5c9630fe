package io.backendpool.proxy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The process's log: one line an event on standard error, {@code 2026-01-31T08:15:30.123Z INFO message}. A stack follows
 * where a bug was met.
 */
final class LogFormat extends Formatter {
    /** Held, because the JDK forgets the level of a logger that nobody holds. */
    private static final Logger[] LIBRARIES = {
        Logger.getLogger("io.netty"), Logger.getLogger("io.vertx"), Logger.getLogger("io.grpc")
    };

    /** Warns with a stack at each try while the operator's name has no address; the control client says it in a line. */
    private static final Logger DIAL = Logger.getLogger("io.grpc.internal.ManagedChannelImpl");

    /** Makes this the format of the whole process. Libraries may warn, no more. */
    static void install() {
        LogManager.getLogManager().reset();
        Handler stderr = new ConsoleHandler();
        stderr.setFormatter(new LogFormat());
        stderr.setLevel(Level.ALL);
        Logger root = Logger.getLogger("");
        root.setLevel(Level.INFO);
        root.addHandler(stderr);
        for (Logger library : LIBRARIES) {
            library.setLevel(Level.WARNING);
        }
        DIAL.setLevel(Level.SEVERE);
    }

    @Override
    public String format(LogRecord entry) {
        StringBuilder line = new StringBuilder(160)
                .append(Instant.ofEpochMilli(entry.getMillis()).truncatedTo(ChronoUnit.MILLIS))
                .append(' ')
                .append(word(entry.getLevel()))
                .append(' ')
                .append(formatMessage(entry))
                .append('\n');
        if (entry.getThrown() != null) {
            StringWriter stack = new StringWriter();
            entry.getThrown().printStackTrace(new PrintWriter(stack, true));
            line.append(stack);
        }
        return line.toString();
    }

    private static String word(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return "ERROR";
        }
        if (level.intValue() >= Level.WARNING.intValue()) {
            return "WARN";
        }
        return level.intValue() >= Level.INFO.intValue() ? "INFO" : "DEBUG";
    }
}
