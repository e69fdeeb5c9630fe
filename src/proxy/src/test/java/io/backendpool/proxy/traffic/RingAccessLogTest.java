package io.backendpool.proxy.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.BackendKey;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RingAccessLogTest {
    private static AccessRecord entry(String target) {
        return new AccessRecord(
                0,
                "127.0.0.1",
                "GET",
                target,
                "id",
                200,
                1,
                2,
                3,
                new BackendKey("web", "::1", 80),
                1,
                Outcome.ANSWERED);
    }

    @Test
    void records_areOneJsonObjectALine() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (RingAccessLog log = new RingAccessLog(AccessLogFormat.JSON, out)) {
            log.log(entry("/\"quoted\""));
            await().until(() -> out.size() > 0);
            log.log(entry("/2"));
        }
        assertThat(out.toString(StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank()))
                .hasSize(2)
                .first()
                .isEqualTo("{\"time\":\"1970-01-01T00:00:00Z\",\"client\":\"127.0.0.1\",\"method\":\"GET\","
                        + "\"target\":\"/\\\"quoted\\\"\",\"requestId\":\"id\",\"status\":200,\"bytesIn\":1,\"bytesOut\":2,"
                        + "\"durationMicros\":3,\"group\":\"web\",\"backend\":\"[::1]:80\",\"attempts\":1,"
                        + "\"outcome\":\"answered\"}");
    }

    private static String line(String format, AccessRecord entry) {
        StringBuilder line = new StringBuilder();
        AccessLogFormat.parse(format).write(entry, line);
        return line.toString();
    }

    @Test
    void template_hasItsFields() {
        assertThat(line("{client} [{time}] \"{method} {target}\" {status} {backend}!", entry("/x")))
                .isEqualTo("127.0.0.1 [1970-01-01T00:00:00Z] \"GET /x\" 200 [::1]:80!");
        assertThat(line("{outcome}/{attempts}/{group}/{bytesIn}/{bytesOut}/{durationMicros}/{requestId}", entry("/x")))
                .isEqualTo("answered/1/web/1/2/3/id");
    }

    @Test
    void whatCameFromAClient_endsNoLineAndNoQuotes() {
        assertThat(line("\"{target}\"", entry("/\"\\\n\u0000"))).isEqualTo("\"/\\\"\\\\\\" + "u000a\\" + "u0000\"");
        assertThat(line("json", entry("/\"\n"))).contains("\"target\":\"/\\\"\\" + "u000a\"");
    }

    @Test
    void unknownField_isRefusedWithWhatThereIs() {
        assertThatThrownBy(() -> AccessLogFormat.parse("{status} {cookie}"))
                .hasMessageStartingWith("{cookie} (expected: one of {time}, {client}, ");
        assertThatThrownBy(() -> AccessLogFormat.parse("text")).hasMessageContaining("expected: json, or a template");
    }

    @Test
    void file_isAppendedTo(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("access.log");
        for (int i = 0; i < 2; i++) {
            try (RingAccessLog log = RingAccessLog.toFile(AccessLogFormat.JSON, file)) {
                log.log(entry("/" + i));
            }
        }
        assertThat(Files.readAllLines(file).stream().filter(line -> !line.isBlank()))
                .hasSize(2);
    }

    @Test
    void stuckTarget_dropsAndCounts_butNeverBlocks() {
        CountDownLatch stuck = new CountDownLatch(1);
        OutputStream never = new OutputStream() {
            @Override
            public void write(int b) {
                try {
                    stuck.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        try (RingAccessLog log = new RingAccessLog(AccessLogFormat.JSON, never)) {
            for (int i = 0; i < 100_000; i++) {
                log.log(entry("/"));
            }
            assertThat(log.dropped()).isPositive();
            assertThat(log.dropped() + log.written()).isLessThanOrEqualTo(100_000);
            stuck.countDown();
        }
    }
}
