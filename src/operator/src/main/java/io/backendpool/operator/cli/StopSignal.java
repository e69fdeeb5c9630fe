package io.backendpool.operator.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGINT and SIGTERM, for a command that has something to stop: the JVM goes when the command has said that it stopped, not
 * before. Quarkus' own hook does not wait for a command that still runs, and would cut the order of stopping short.
 */
final class StopSignal {
    private final CountDownLatch signalled = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    private StopSignal() {}

    /** From now on the end of the JVM waits for {@link #stopped}, at most {@code patience}. */
    static StopSignal install(Duration patience) {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> signal.hold(patience), "stop-signal"));
        return signal;
    }

    private void hold(Duration patience) {
        signalled.countDown();
        try {
            var inTime = stopped.await(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (!inTime) {
                System.err.println("not everything has stopped in " + patience.toMillis() + " ms");
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns at the signal. */
    void await() {
        try {
            signalled.await();
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns at the signal, or after {@code patience}. */
    void await(Duration patience) {
        try {
            var unused = signalled.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    /** Everything has stopped. */
    void stopped() {
        stopped.countDown();
    }
}
