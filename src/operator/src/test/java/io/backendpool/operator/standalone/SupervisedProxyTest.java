package io.backendpool.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.operator.logs.PoolLines;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** With shell scripts in the proxy's place. */
// JUnit sets the directory, and beans may hold null: a test that meets one fails, which is meant.
@SuppressWarnings("NullAway")
@ExtendWith(PoolLines.class)
class SupervisedProxyTest {
    private static final PoolId POOL = new PoolId("default", "a");
    private static final Backoff FAST =
            new Backoff(Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofMinutes(1));

    @TempDir
    Path directory;

    private final List<SupervisedProxy> started = new ArrayList<>();

    private SupervisedProxy start(String script) {
        SupervisedProxy proxy =
                SupervisedProxy.start(POOL, directory, List.of("/bin/sh", "-c", script), FAST, new Random(1), () -> {});
        started.add(proxy);
        return proxy;
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        for (SupervisedProxy proxy : started) {
            proxy.stop();
            proxy.awaitEnd(Duration.ofSeconds(5));
        }
    }

    private static ProcessHandle awaitProcess(SupervisedProxy proxy) {
        await().until(() -> proxy.process() != null);
        return proxy.process();
    }

    @Test
    void stop_endsTheProcess() throws InterruptedException {
        SupervisedProxy proxy = start("exec sleep 60");
        ProcessHandle process = awaitProcess(proxy);

        proxy.stop();
        proxy.awaitEnd(Duration.ofSeconds(5));

        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void stop_ofOneThatIgnoresIt_killsIt() throws InterruptedException, IOException {
        SupervisedProxy proxy = start("trap '' TERM; echo up; while :; do sleep 0.1; done");
        ProcessHandle process = awaitProcess(proxy);
        await().ignoreExceptionsInstanceOf(NoSuchFileException.class)
                .until(() -> Files.readString(directory.resolve("proxy.log")).contains("up"));

        proxy.stop();
        proxy.awaitEnd(Duration.ofMillis(300));

        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void crash_isSaidWithCodeAndLastWordsAndStartedAgain() throws IOException {
        Path starts = Files.createFile(directory.resolve("starts"));
        SupervisedProxy proxy = start("echo started >> starts; echo fine; echo 'cannot bind 80' >&2; exit 7"
                .replace("starts", starts.toString()));

        await().until(() -> Files.readAllLines(starts).size() >= 3);

        assertThat(proxy.problem()).contains("default/a", "exit code 7", "cannot bind 80");
    }

    @Test
    void start_whereOneOfAnEarlierOperatorRuns_adoptsIt() throws IOException, InterruptedException {
        List<String> command = List.of("/bin/sh", "-c", "exec sleep 60");
        Process earlier = new ProcessBuilder(command).start();
        ProcessRecord.of(earlier.toHandle(), command).write(directory.resolve("proxy.process"));

        SupervisedProxy proxy = start("exec sleep 60");

        assertThat(awaitProcess(proxy).pid()).isEqualTo(earlier.pid());
        proxy.stop();
        proxy.awaitEnd(Duration.ofSeconds(5));
        assertThat(earlier.isAlive()).isFalse();
    }

    @Test
    void start_whereOneRunsWithOtherOptions_replacesIt() throws IOException {
        List<String> command = List.of("/bin/sh", "-c", "exec sleep 61");
        Process earlier = new ProcessBuilder(command).start();
        ProcessRecord.of(earlier.toHandle(), command).write(directory.resolve("proxy.process"));

        SupervisedProxy proxy = start("exec sleep 60");

        assertThat(awaitProcess(proxy).pid()).isNotEqualTo(earlier.pid());
        assertThat(earlier.isAlive()).isFalse();
    }

    @Test
    void record_ofAPidUsedAgain_isNobody() throws IOException {
        ProcessHandle self = ProcessHandle.current();
        Instant start = self.info().startInstant().orElseThrow();

        assertThat(new ProcessRecord(self.pid(), start, List.of()).alive()).isPresent();
        assertThat(new ProcessRecord(self.pid(), start.minusSeconds(60), List.of()).alive())
                .isEmpty();
    }

    @Test
    void record_cutInHalf_isNone() throws IOException {
        Path file = Files.writeString(directory.resolve("proxy.process"), "12");

        assertThat(ProcessRecord.read(file)).isNull();
        assertThat(ProcessRecord.read(directory.resolve("absent"))).isNull();
    }

    @Test
    void backoff_growsToItsBound() {
        Random random = new Random(7);
        for (int crashes = 1; crashes < 100; crashes++) {
            long step = Math.min(100, 20L << Math.min(crashes - 1, 20));
            assertThat(FAST.after(crashes, random).toMillis()).isBetween(step / 2, step);
        }
    }
}
