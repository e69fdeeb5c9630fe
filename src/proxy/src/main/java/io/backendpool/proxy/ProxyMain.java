package io.backendpool.proxy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The proxy process: starts, waits for a signal, drains, and says by its exit code how it went. */
public final class ProxyMain {
    /** As shells write the end by SIGINT. */
    private static final int EXIT_AT_ONCE = 130;

    private ProxyMain() {}

    /** Runs until SIGTERM or SIGINT; a second one ends the process at once. */
    public static void main(String[] args) {
        LogFormat.install();
        Logger log = LoggerFactory.getLogger(ProxyMain.class);
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, failure) -> log.error("thread {} failed", thread.getName(), failure));
        System.exit(execute(args, log));
    }

    private static int execute(String[] args, Logger log) {
        try {
            return ProxyCommand.commandLine(ProxyMain::run).execute(args);
        } catch (RuntimeException e) {
            log.error("the proxy failed: {}", e.toString(), e);
            return 1;
        }
    }

    private static int run(ProxyConfig config) throws StartFailedException, InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        AtomicInteger signals = new AtomicInteger();
        Signals.handle(
                () -> {
                    if (signals.incrementAndGet() > 1) {
                        Runtime.getRuntime().halt(EXIT_AT_ONCE);
                    }
                    asked.countDown();
                },
                "TERM",
                "INT");
        Proxy proxy = Proxy.start(config);
        asked.await();
        proxy.stop();
        return 0;
    }
}
