package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.Retries;
import io.backendpool.proxy.upstream.ProxyLimits;
import java.io.Closeable;
import java.util.EnumSet;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A backend closes a kept connection, and the kernel knows, but the event loop learns of it in the same turn as of the next
 * request: nothing was processed, so that is no user's error, whatever the request asks for.
 */
@EnabledOnOs(OS.LINUX)
class StaleConnectionTest {
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
    private static final int LONG_BODY = 200_000;

    /** How a backend ends its connections. */
    private enum End {
        CLOSE {
            @Override
            void of(Backend backend) throws Exception {
                backend.closeConnections();
            }
        },
        RESET {
            @Override
            void of(Backend backend) throws Exception {
                backend.resetConnections();
            }
        };

        abstract void of(Backend backend) throws Exception;
    }

    private static Proxy withoutRetries(Backend backend) throws Exception {
        return Proxy.to(Policies.with(Policies.retries(0, EnumSet.noneOf(Retries.On.class), null)), backend);
    }

    private static void post_isSentOnAFreshConnection(Proxy proxy, Backend backend, End end, String request)
            throws Exception {
        try (Client client = proxy.connect()) {
            assertThat(client.send(POST).readResponse()).endsWith("ok");
            try (Closeable _ = proxy.holdLoop()) {
                client.send(request);
                end.of(backend);
            }
            assertThat(client.readResponse()).startsWith("HTTP/1.1 200 ").endsWith("ok");
            assertThat(backend.requests).hasSize(2);
            assertThat(backend.accepted()).isEqualTo(2);
            assertThat(proxy.traffic.totals().connectFailures()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void post_isSentOnAFreshConnection(End end) throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = withoutRetries(backend)) {
            post_isSentOnAFreshConnection(proxy, backend, end, POST);
        }
    }

    @ParameterizedTest
    @EnumSource
    void post_isSentOnAFreshConnection_ofThatClientAlone(End end) throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.telling(ProxyLimits.defaults(), backend.port())) {
            post_isSentOnAFreshConnection(proxy, backend, end, POST);
        }
    }

    /** What may be sent again, but is too long to be kept for that. */
    @ParameterizedTest
    @EnumSource
    void longPut_isSentOnAFreshConnection(End end) throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = withoutRetries(backend)) {
            String put =
                    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + LONG_BODY + "\r\n\r\n" + "x".repeat(LONG_BODY);
            post_isSentOnAFreshConnection(proxy, backend, end, put);
        }
    }

    /** All that a backend had open are gone at once, as when it is stopped. */
    @ParameterizedTest
    @EnumSource
    void post_passesOverAllThatHaveEnded(End end) throws Exception {
        CountDownLatch together = new CountDownLatch(3);
        try (Backend backend = Backend.of(connection -> {
                    while (connection.readRequest() != null) {
                        together.countDown();
                        awaitUninterruptibly(together);
                        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    }
                });
                Proxy proxy = withoutRetries(backend);
                Client one = proxy.connect();
                Client two = proxy.connect();
                Client three = proxy.connect()) {
            one.send(POST);
            two.send(POST);
            three.send(POST);
            assertThat(one.readResponse()).endsWith("ok");
            assertThat(two.readResponse()).endsWith("ok");
            assertThat(three.readResponse()).endsWith("ok");
            assertThat(backend.accepted()).isEqualTo(3);
            try (Closeable _ = proxy.holdLoop()) {
                one.send(POST);
                two.send(POST);
                end.of(backend);
            }
            assertThat(one.readResponse()).startsWith("HTTP/1.1 200 ").endsWith("ok");
            assertThat(two.readResponse()).startsWith("HTTP/1.1 200 ").endsWith("ok");
            assertThat(backend.requests).hasSize(5);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The connection that lives is used on. */
    @Test
    void post_onALiveConnection_needsNoOther() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = withoutRetries(backend);
                Client client = proxy.connect()) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.send(POST).readResponse()).endsWith("ok");
                try (Closeable _ = proxy.holdLoop()) {
                    client.send(POST);
                }
                assertThat(client.readResponse()).endsWith("ok");
            }
            assertThat(backend.accepted()).isOne();
        }
    }
}
