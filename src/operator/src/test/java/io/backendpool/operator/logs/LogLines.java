package io.backendpool.operator.logs;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jboss.logmanager.formatters.PatternFormatter;

/** Keeps what the operator logs. */
public final class LogLines {
    private static final int MOST = 100_000;

    private final List<String> lines = new CopyOnWriteArrayList<>();
    // Strong: the log manager holds loggers weakly.
    private final Logger logger = Logger.getLogger("io.backendpool");
    private final Handler handler = new Handler() {
        private final PatternFormatter words = new PatternFormatter("%s");

        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() >= Level.INFO.intValue() && lines.size() < MOST) {
                lines.add(words.format(line));
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    public void begin() {
        logger.addHandler(handler);
    }

    public void end() {
        logger.removeHandler(handler);
    }

    public Stream<String> lines() {
        return lines.stream();
    }
}
