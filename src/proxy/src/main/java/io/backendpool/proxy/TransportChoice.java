package io.backendpool.proxy;

import io.vertx.core.transport.Transport;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How sockets are driven. Which is best was measured: docs/adr/0034-start-up.md. */
enum TransportChoice {
    /** The best that works here: epoll, else NIO. */
    AUTO,
    /**
     * Where the kernel and the container's seccomp profile allow it; else as {@link #AUTO}, which is said. Netty 4.2.18 does not
     * always tell of a reset there, so a request may wait for its time limit.
     */
    IO_URING,
    EPOLL,
    NIO;

    /**
     * What came of a choice.
     *
     * @param fallback why it is another transport than the one that was asked for, in one sentence; null: it is not
     */
    record Chosen(Transport transport, @Nullable String fallback) {}

    /** Parses what {@link #word} prints. */
    static TransportChoice parse(String option, String text) {
        for (TransportChoice choice : values()) {
            if (choice.word().equals(text)) {
                return choice;
            }
        }
        String expected = Arrays.stream(values()).map(TransportChoice::word).collect(Collectors.joining(", "));
        throw new InvalidConfigException(option + ": " + text + " (expected: one of " + expected + ")");
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The transport that is chosen on this machine; fails where it cannot work and nothing may stand in for it. */
    Chosen resolve() throws StartFailedException {
        return resolve(Transport.IO_URING, Transport.EPOLL, TransportChoice::obstacle);
    }

    /**
     * The same.
     *
     * @param ioUring null: not of this platform
     * @param epoll null: not of this platform
     * @param obstacle why a transport does not work here; null: it does
     */
    Chosen resolve(
            @Nullable Transport ioUring,
            @Nullable Transport epoll,
            Function<@Nullable Transport, @Nullable String> obstacle)
            throws StartFailedException {
        return switch (this) {
            case AUTO -> new Chosen(best(epoll, obstacle), null);
            case IO_URING -> {
                String why = obstacle.apply(ioUring);
                if (ioUring != null && why == null) {
                    yield new Chosen(ioUring, null);
                }
                Transport best = best(epoll, obstacle);
                yield new Chosen(
                        best,
                        "--transport: io_uring (expected: a kernel and a seccomp profile that allow it), %s is used: %s"
                                .formatted(best.name(), why));
            }
            case EPOLL -> {
                String why = obstacle.apply(epoll);
                if (epoll != null && why == null) {
                    yield new Chosen(epoll, null);
                }
                throw new StartFailedException(
                        "--transport: epoll (expected: one that works here; it does not: %s)".formatted(why));
            }
            case NIO -> new Chosen(Transport.NIO, null);
        };
    }

    private static Transport best(@Nullable Transport epoll, Function<@Nullable Transport, @Nullable String> obstacle) {
        return epoll != null && obstacle.apply(epoll) == null ? epoll : Transport.NIO;
    }

    private static @Nullable String obstacle(@Nullable Transport transport) {
        if (transport == null) {
            return "it is not of this platform";
        }
        return transport.available() ? null : rootMessage(transport.unavailabilityCause());
    }

    private static String rootMessage(@Nullable Throwable failure) {
        Throwable root = failure;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        return root == null ? "reason unknown" : String.valueOf(root.getMessage());
    }
}
