package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backendpool.proxy.TransportChoice.Chosen;
import io.vertx.core.transport.Transport;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Transports are told apart by identity, so those of the platform stand for any. */
final class TransportChoiceTest {
    private static final Transport IO_URING = new Named("io_uring");
    private static final Transport EPOLL = new Named("epoll");

    private record Named(String name) implements Transport {
        @Override
        public boolean available() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Throwable unavailabilityCause() {
            throw new UnsupportedOperationException();
        }

        @Override
        public io.vertx.core.spi.transport.Transport implementation() {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void auto_isEpoll_whereItWorks_andNeverIoUring() throws Exception {
        assertThat(choose(TransportChoice.AUTO, Map.of())).isEqualTo(new Chosen(EPOLL, null));
        assertThat(choose(TransportChoice.AUTO, Map.of(EPOLL, "no native library")))
                .isEqualTo(new Chosen(Transport.NIO, null));
        assertThat(TransportChoice.AUTO.resolve(null, null, transport -> null))
                .isEqualTo(new Chosen(Transport.NIO, null));
    }

    @Test
    void ioUring_isTaken_whereItWorks() throws Exception {
        assertThat(choose(TransportChoice.IO_URING, Map.of())).isEqualTo(new Chosen(IO_URING, null));
    }

    @Test
    void ioUringThatIsForbidden_fallsBack_andSaysWhy() throws Exception {
        assertThat(choose(TransportChoice.IO_URING, Map.of(IO_URING, "Operation not permitted")))
                .isEqualTo(new Chosen(
                        EPOLL,
                        "--transport: io_uring (expected: a kernel and a seccomp profile that allow it), epoll is used:"
                                + " Operation not permitted"));
        assertThat(choose(TransportChoice.IO_URING, Map.of(IO_URING, "Operation not permitted", EPOLL, "nor this"))
                        .transport())
                .isEqualTo(Transport.NIO);
    }

    @Test
    void epollThatDoesNotWork_isRefused() {
        assertThatThrownBy(() -> choose(TransportChoice.EPOLL, Map.of(EPOLL, "no native library")))
                .isInstanceOf(StartFailedException.class)
                .hasMessage("--transport: epoll (expected: one that works here; it does not: no native library)");
    }

    @Test
    void nio_isNio() throws Exception {
        assertThat(choose(TransportChoice.NIO, Map.of())).isEqualTo(new Chosen(Transport.NIO, null));
    }

    private static Chosen choose(TransportChoice choice, Map<Transport, String> obstacles) throws Exception {
        return choice.resolve(IO_URING, EPOLL, transport -> obstacle(obstacles, transport));
    }

    private static @Nullable String obstacle(Map<Transport, String> obstacles, @Nullable Transport transport) {
        return transport == null ? "not of this platform" : obstacles.get(transport);
    }
}
