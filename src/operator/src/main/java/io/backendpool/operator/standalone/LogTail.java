package io.backendpool.operator.standalone;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.formatters.PatternFormatter;

/**
 * Takes the log away from the terminal while a table is drawn there: into a file, and the newest lines under the table.
 * Thread-safe.
 */
final class LogTail implements AutoCloseable {
    private static final int NEWEST = 6;

    private final Deque<String> newest = new ArrayDeque<>();
    private final PrintStream file;
    private final PatternFormatter format = new PatternFormatter("%d{HH:mm:ss} %p %s%e");
    private final Map<Handler, Level> silenced = new HashMap<>();
    private final Logger root = Logger.getLogger("");
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord event) {
            if (event.getLevel().intValue() >= Level.INFO.intValue()) {
                add(event);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private LogTail(PrintStream file) {
        this.file = file;
    }

    /** Takes the log from now on until {@link #close}; the file starts anew. */
    static LogTail into(Path file) throws IOException {
        LogTail tail = new LogTail(new PrintStream(
                Files.newOutputStream(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING),
                true,
                StandardCharsets.UTF_8));
        for (Handler console : tail.root.getHandlers()) {
            tail.silenced.put(console, console.getLevel());
            console.setLevel(Level.OFF);
        }
        tail.root.addHandler(tail.handler);
        return tail;
    }

    /** The newest lines, the last one last. */
    List<String> newest() {
        synchronized (newest) {
            return List.copyOf(newest);
        }
    }

    private void add(LogRecord event) {
        String text = format.format(event).stripTrailing();
        String line = text.lines().findFirst().orElse("");
        synchronized (newest) {
            newest.addLast(line);
            if (newest.size() > NEWEST) {
                newest.removeFirst();
            }
            file.println(text);
        }
    }

    @Override
    public void close() {
        root.removeHandler(handler);
        silenced.forEach(Handler::setLevel);
        file.close();
    }
}
