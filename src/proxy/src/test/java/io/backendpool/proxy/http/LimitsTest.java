package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.upstream.ProxyLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Each wait ends, each limit holds, and each is counted. */
class LimitsTest {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofSeconds(60);

    private static ProxyLimits limits(
            Duration head, Duration clientIdle, Duration response, Duration stream, Duration upstreamIdle) {
        return new ProxyLimits(
                LONG, head, clientIdle, response, stream, upstreamIdle, SHORT, 4096, 1024, 1024, 2, 10, 1, 5);
    }

    private static void assertCounted(Proxy proxy, Limit limit) {
        await().untilAsserted(() -> assertThat(proxy.traffic.totals().limitHits())
                .extractingByKey(limit)
                .satisfies(hits -> assertThat(hits).isPositive()));
    }

    @Test
    void slowHead_is408() throws Exception {
        try (Proxy proxy = Proxy.to(limits(SHORT, LONG, LONG, LONG, LONG));
                Client client = proxy.connect()) {
            assertThat(client.send("GET / HT").readAll()).startsWith("HTTP/1.1 408 ");
            assertCounted(proxy, Limit.REQUEST_HEAD_TIMEOUT);
        }
    }

    @Test
    void idleClient_isClosed() throws Exception {
        try (Proxy proxy = Proxy.to(limits(LONG, SHORT, LONG, LONG, LONG));
                Client client = proxy.connect()) {
            assertThat(client.ended()).isTrue();
            assertCounted(proxy, Limit.CLIENT_IDLE_TIMEOUT);
        }
    }

    @Test
    void slowBackend_is504() throws Exception {
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    connection.socket.getInputStream().readAllBytes();
                });
                Proxy proxy = Proxy.to(limits(LONG, LONG, SHORT, LONG, LONG), backend)) {
            assertThat(proxy.get("/")).startsWith("HTTP/1.1 504 ").contains("did not answer within");
            assertCounted(proxy, Limit.RESPONSE_TIMEOUT);
            await().untilAsserted(() -> assertThat(backend.openConnections()).isZero());
        }
    }

    @Test
    void requestBodyThatStops_is408() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(limits(LONG, LONG, LONG, SHORT, LONG), backend);
                Client client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
            assertThat(client.readAll()).startsWith("HTTP/1.1 408 ");
            assertCounted(proxy, Limit.STREAM_IDLE_TIMEOUT);
        }
    }

    @Test
    void responseBodyThatStops_isCut() throws Exception {
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                    connection.socket.getInputStream().readAllBytes();
                });
                Proxy proxy = Proxy.to(limits(LONG, LONG, LONG, SHORT, LONG), backend);
                Client client = proxy.connect()) {
            client.get("/").readHead();
            await().untilAsserted(() ->
                    assertThat(proxy.traffic.totals().outcomes()).containsEntry(Outcome.BACKEND_TIMEOUT, 1L));
            await().untilAsserted(() -> assertThat(backend.openConnections()).isZero());
            await().untilAsserted(
                            () -> assertThat(proxy.listeners.connections()).isZero());
        }
    }

    @Test
    void idleUpstreamConnection_isClosed() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(limits(LONG, LONG, LONG, LONG, SHORT), backend)) {
            assertThat(proxy.get("/")).endsWith("ok");
            await().untilAsserted(() -> assertThat(backend.openConnections()).isZero());
            assertCounted(proxy, Limit.UPSTREAM_IDLE_TIMEOUT);
        }
    }

    @Test
    void tooManyClients_are503() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(limits(LONG, LONG, LONG, LONG, LONG), backend);
                Client one = proxy.connect();
                Client two = proxy.connect()) {
            assertThat(one.get("/").readResponse()).endsWith("ok");
            assertThat(two.get("/").readResponse()).endsWith("ok");
            try (Client three = proxy.connect()) {
                assertThat(three.readAll()).startsWith("HTTP/1.1 503 ").contains("maximum of 2 client connections");
            }
            assertCounted(proxy, Limit.CLIENT_CONNECTIONS);
            assertThat(one.get("/").readResponse()).endsWith("ok");
        }
    }

    @Test
    void tooManyConnectionsToABackend_is503() throws Exception {
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    connection.socket.getInputStream().readAllBytes();
                });
                Proxy proxy = Proxy.to(limits(LONG, LONG, LONG, LONG, LONG), backend);
                Client waiting = proxy.connect()) {
            waiting.get("/");
            await().until(() -> backend.requests.size() == 1);
            assertThat(proxy.get("/")).startsWith("HTTP/1.1 503 ").contains("at 1 connections per event loop");
            assertCounted(proxy, Limit.CONNECTIONS_PER_BACKEND);
        }
    }
}
