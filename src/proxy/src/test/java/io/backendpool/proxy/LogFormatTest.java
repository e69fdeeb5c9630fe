package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class LogFormatTest {
    @Test
    void line_hasTimeLevelAndMessage() {
        assertThat(format(Level.INFO, null)).isEqualTo("2026-01-31T08:15:30.120Z INFO pool=shop/web is live\n");
        assertThat(format(Level.WARNING, null)).startsWith("2026-01-31T08:15:30.120Z WARN ");
    }

    @Test
    void bug_comesWithItsStack() {
        assertThat(format(Level.SEVERE, new IllegalStateException("odd")))
                .startsWith("2026-01-31T08:15:30.120Z ERROR pool=shop/web is live\n"
                        + "java.lang.IllegalStateException: odd\n\tat ");
    }

    private static String format(Level level, @Nullable Throwable failure) {
        LogRecord entry = new LogRecord(level, "pool=shop/web is live");
        entry.setInstant(Instant.parse("2026-01-31T08:15:30.120Z"));
        entry.setThrown(failure);
        return new LogFormat().format(entry);
    }
}
