package io.backendpool.operator.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Holds every line of a test class that speaks of a pool to having that pool in its context. */
public final class PoolLines implements BeforeAllCallback, AfterTestExecutionCallback, AfterAllCallback {
    private static final Pattern POOL = Pattern.compile("^pool=(\\S+)");

    private final List<String> without = new CopyOnWriteArrayList<>();
    private final List<String> with = new CopyOnWriteArrayList<>();
    /** Some test was not skipped for want of an API server. */
    private volatile boolean ran;
    // Strong: the log manager holds loggers weakly.
    private final Logger logger = Logger.getLogger("io.backendpool");
    private final Handler handler = new Handler() {
        private final PatternFormatter words = new PatternFormatter("%s");

        @Override
        public void publish(LogRecord line) {
            String text = words.format(line);
            Matcher pool = POOL.matcher(text);
            if (pool.find()) {
                // Handlers run on the thread that logs.
                (pool.group(1).equals(MDC.get(PoolLog.KEY)) ? with : without).add(text);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @Override
    public void beforeAll(ExtensionContext context) {
        handler.setLevel(Level.ALL);
        logger.addHandler(handler);
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        ran |= context.getExecutionException().isEmpty();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        logger.removeHandler(handler);
        assertThat(without)
                .as("lines about a pool without that pool in their context")
                .isEmpty();
        if (ran) {
            assertThat(with).as("lines about a pool").isNotEmpty();
        }
    }
}
