package io.backendpool.proxy;

import io.vertx.core.transport.Transport;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How sockets are driven. */
enum TransportChoice {
    /** The best that works here and is proven: epoll, else NIO. */
    AUTO,
    IO_URING,
    EPOLL,
    NIO;

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

    /** The transport that is chosen on this machine; fails where it cannot work. */
    Transport resolve() throws StartFailedException {
        return switch (this) {
            case AUTO -> works(Transport.EPOLL) ? Transport.EPOLL : Transport.NIO;
            case IO_URING -> required(Transport.IO_URING);
            case EPOLL -> required(Transport.EPOLL);
            case NIO -> Transport.NIO;
        };
    }

    private static boolean works(@Nullable Transport transport) {
        return transport != null && transport.available();
    }

    private Transport required(@Nullable Transport transport) throws StartFailedException {
        if (transport == null) {
            throw new StartFailedException("--transport: " + word() + " (expected: a transport of this platform)");
        }
        if (!transport.available()) {
            throw new StartFailedException("--transport: %s (expected: one that works here; it does not: %s)"
                    .formatted(word(), rootMessage(transport.unavailabilityCause())));
        }
        return transport;
    }

    private static String rootMessage(@Nullable Throwable failure) {
        Throwable root = failure;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        return root == null ? "reason unknown" : String.valueOf(root.getMessage());
    }
}
