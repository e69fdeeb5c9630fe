package io.backendpool.proxy.http;

import static io.backendpool.proxy.http.Policies.LONG;
import static io.backendpool.proxy.http.Policies.SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.ClientLimits;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.upstream.ProxyLimits;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Each wait ends, each limit holds, and each is counted. */
class LimitsTest {
    private static TrafficPolicy timeouts(Duration head, Duration request, Duration idle, Duration stream) {
        return Policies.with(Policies.timeouts(head, request, idle, stream, LONG));
    }

    private static void assertCounted(Proxy proxy, Limit limit) {
        await().untilAsserted(() -> assertThat(proxy.traffic.totals().limitHits())
                .extractingByKey(limit)
                .satisfies(hits -> assertThat(hits).isPositive()));
    }

    @Test
    void slowHead_is408() throws Exception {
        try (Proxy proxy = Proxy.to(timeouts(SHORT, LONG, LONG, LONG));
                Client client = proxy.connect()) {
            assertThat(client.send("GET / HT").readAll()).startsWith("HTTP/1.1 408 ");
            assertCounted(proxy, Limit.REQUEST_HEAD_TIMEOUT);
        }
    }

    @Test
    void idleClient_isClosed() throws Exception {
        try (Proxy proxy = Proxy.to(timeouts(LONG, LONG, SHORT, LONG));
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
                Proxy proxy = Proxy.to(timeouts(LONG, SHORT, LONG, LONG), backend)) {
            assertThat(proxy.get("/")).startsWith("HTTP/1.1 504 ").contains("did not answer within");
            assertCounted(proxy, Limit.RESPONSE_TIMEOUT);
            await().untilAsserted(() -> assertThat(backend.openConnections()).isZero());
        }
    }

    @Test
    void requestBodyThatStops_is408() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(timeouts(LONG, LONG, LONG, SHORT), backend);
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
                Proxy proxy = Proxy.to(timeouts(LONG, LONG, LONG, SHORT), backend);
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
                Proxy proxy = Proxy.to(new ProxyLimits(SHORT, SHORT, LONG, 1024, 1024, 10, 5), backend)) {
            assertThat(proxy.get("/")).endsWith("ok");
            await().untilAsserted(() -> assertThat(backend.openConnections()).isZero());
            assertCounted(proxy, Limit.UPSTREAM_IDLE_TIMEOUT);
        }
    }

    @Test
    void tooManyClients_are503() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(Policies.with(new ClientLimits(2, null, 4096)), backend);
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
    void tooManyConnectionsOfOneClient_are503() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(Policies.with(new ClientLimits(100, 1, 4096)), backend);
                Client one = proxy.connect()) {
            assertThat(one.get("/").readResponse()).endsWith("ok");
            try (Client two = proxy.connect()) {
                assertThat(two.readAll())
                        .startsWith("HTTP/1.1 503 ")
                        .contains("Retry-After: 1\r\n", "this client has its maximum of 1 connections");
            }
            assertCounted(proxy, Limit.CONNECTIONS_PER_CLIENT);
            one.socket.close();
            await().untilAsserted(() -> assertThat(proxy.get("/")).endsWith("ok"));
        }
    }

    @Test
    void headBytes_areThePools_inBothDirections() throws Exception {
        String field = "X: " + "x".repeat(1100) + "\r\n";
        try (Backend backend = Backend.sending("HTTP/1.1 200 OK\r\n" + field + "Content-Length: 0\r\n\r\n");
                Proxy proxy = Proxy.to(Policies.with(new ClientLimits(100, null, 1024)), backend);
                Client client = proxy.connect()) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n")
                            .readAll())
                    .startsWith("HTTP/1.1 431 ");
            assertCounted(proxy, Limit.HEAD_BYTES);
            assertThat(proxy.get("/")).startsWith("HTTP/1.1 502 ").contains("longer than 1,024 bytes");
        }
    }

    /** One that sends requests, but does not read what it is answered, must not fill the proxy's memory. */
    @Test
    void clientThatDoesNotRead_isNotServedOn_andIsCut() throws Exception {
        String body = "x".repeat(100_000);
        try (Backend backend = Backend.answering(body);
                Proxy proxy = Proxy.to(timeouts(LONG, LONG, LONG, Duration.ofSeconds(1)), backend);
                Client client = proxy.connect()) {
            client.socket.setSoTimeout(0);
            String requests = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1000);
            assertThatThrownBy(() -> {
                        while (true) {
                            client.send(requests);
                        }
                    })
                    .isInstanceOf(IOException.class);
            // What the sockets' buffers take, not what was asked for.
            assertThat(backend.requests.size()).isLessThan(500);
            assertCounted(proxy, Limit.STREAM_IDLE_TIMEOUT);
            await().untilAsserted(
                            () -> assertThat(proxy.listeners.connections()).isZero());
        }
    }

    @Test
    void changedTimeout_countsForTheNextRequest_onTheSameConnection() throws Exception {
        try (Backend backend = Backend.of(connection -> {
                    while (connection.readRequest() != null) {
                        if (connection.last().startsWith("GET /answer")) {
                            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                        }
                    }
                });
                Proxy proxy = Proxy.to(timeouts(LONG, LONG, LONG, LONG), backend);
                Client client = proxy.connect()) {
            assertThat(client.get("/answer").readResponse()).endsWith("ok");
            proxy.policy(timeouts(LONG, SHORT, LONG, LONG)).publish(backend.port());
            assertThat(client.get("/never").readResponse())
                    .startsWith("HTTP/1.1 504 ")
                    .contains("did not answer within 200 ms");
            proxy.policy(timeouts(LONG, LONG, LONG, LONG)).publish(backend.port());
            assertThat(client.get("/answer").readResponse()).endsWith("ok");
        }
    }

    @Test
    void removedBackend_thatDoesNotEnd_isCutAtTheDeadline() throws Exception {
        ProxyLimits limits = ProxyLimits.defaults().withDrainDeadline(SHORT);
        try (Backend old = Backend.of(connection -> {
                    connection.readRequest();
                    if (connection.last().startsWith("GET /stream")) {
                        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                    }
                    connection.socket.getInputStream().readAllBytes();
                });
                Backend fresh = Backend.answering("new");
                Proxy proxy = Proxy.to(limits, old);
                Client streaming = proxy.connect();
                Client waiting = proxy.connect()) {
            streaming.get("/stream").readHead();
            waiting.get("/");
            await().until(() -> old.requests.size() == 2);
            proxy.publish(fresh.port());
            assertThat(waiting.readResponse()).startsWith("HTTP/1.1 503 ").contains("the backend left the pool");
            await().untilAsserted(() -> assertThat(old.openConnections()).isZero());
            assertThatThrownBy(streaming::readAll).isInstanceOf(IOException.class);
            assertCounted(proxy, Limit.DRAIN_DEADLINE);
            assertThat(waiting.get("/").readResponse()).endsWith("new");
        }
    }
}
