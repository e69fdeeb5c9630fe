package io.backendpool.proxy.http;

import static io.backendpool.proxy.http.Policies.LONG;
import static io.backendpool.proxy.http.Policies.SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.CircuitBreaker;
import io.backendpool.proxy.traffic.Limit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** What a backend gets at most, and what becomes of the requests beyond. */
class CircuitBreakerTest {
    /** Answers each request with its path, as soon as it is let. */
    private static Backend answeringWhenLet(Semaphore lets) throws IOException {
        return Backend.of(connection -> {
            while (connection.readRequest() != null) {
                lets.acquireUninterruptibly();
                String path = connection.last().split(" ", -1)[1];
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
            }
        });
    }

    private static void assertQueued(Proxy proxy, int count) {
        await().untilAsserted(() -> assertThat(proxy.traffic.totals().queued()).isEqualTo(count));
    }

    private static long hits(Proxy proxy, Limit limit) {
        return proxy.traffic.totals().limitHits().getOrDefault(limit, 0L);
    }

    @Test
    void requestsBeyondTheConnections_waitInTheOrderInWhichTheyCame() throws Exception {
        Semaphore lets = new Semaphore(0);
        List<Client> clients = new ArrayList<>();
        try (Backend backend = answeringWhenLet(lets);
                Proxy proxy = Proxy.to(Policies.with(Policies.connections(1, 100), LONG), backend)) {
            for (int i = 0; i < 5; i++) {
                clients.add(proxy.connect().get("/" + i));
                int queued = i;
                await().untilAsserted(() -> {
                    assertThat(backend.requests).hasSize(1);
                    assertThat(proxy.traffic.totals().queued()).isEqualTo(queued);
                });
            }
            lets.release(5);
            for (int i = 0; i < 5; i++) {
                assertThat(clients.get(i).readResponse()).endsWith("\r\n\r\n/" + i);
            }
            assertThat(backend.requests)
                    .extracting(request -> request.substring(0, 6))
                    .containsExactly("GET /0", "GET /1", "GET /2", "GET /3", "GET /4");
            assertThat(backend.openConnections()).isEqualTo(1);
            assertQueued(proxy, 0);
        } finally {
            for (Client client : clients) {
                client.close();
            }
        }
    }

    @Test
    void fullQueue_is503WithRetryAfter() throws Exception {
        Semaphore lets = new Semaphore(0);
        try (Backend backend = answeringWhenLet(lets);
                Proxy proxy = Proxy.to(Policies.with(Policies.connections(1, 1), LONG), backend);
                Client served = proxy.connect();
                Client waiting = proxy.connect();
                Client tooMany = proxy.connect()) {
            served.get("/served");
            await().until(() -> backend.requests.size() == 1);
            waiting.get("/waiting");
            assertQueued(proxy, 1);
            assertThat(tooMany.get("/").readResponse())
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Retry-After: 1\r\n", "at a limit of circuitBreaker, and the queue is full");
            assertThat(hits(proxy, Limit.QUEUE_FULL)).isEqualTo(1);
            assertThat(hits(proxy, Limit.CONNECTIONS_PER_BACKEND)).isPositive();
            lets.release(2);
            assertThat(served.readResponse()).endsWith("/served");
            assertThat(waiting.readResponse()).endsWith("/waiting");
            lets.release(1);
            assertThat(tooMany.get("/again").readResponse()).endsWith("/again");
        }
    }

    @Test
    void waitingTooLong_is503WithRetryAfter() throws Exception {
        Semaphore lets = new Semaphore(0);
        try (Backend backend = answeringWhenLet(lets);
                Proxy proxy = Proxy.to(Policies.with(Policies.connections(1, 10), SHORT), backend);
                Client served = proxy.connect();
                Client waiting = proxy.connect()) {
            served.get("/served");
            await().until(() -> backend.requests.size() == 1);
            assertThat(waiting.get("/").readResponse())
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Retry-After: 1\r\n", "no backend had room within 200 ms");
            assertThat(hits(proxy, Limit.QUEUE_TIMEOUT)).isEqualTo(1);
            assertQueued(proxy, 0);
            lets.release(1);
            assertThat(served.readResponse()).endsWith("/served");
        }
    }

    @Test
    void clientThatGoesAway_leavesTheQueue() throws Exception {
        Semaphore lets = new Semaphore(0);
        try (Backend backend = answeringWhenLet(lets);
                Proxy proxy = Proxy.to(Policies.with(Policies.connections(1, 10), LONG), backend);
                Client served = proxy.connect();
                Client patient = proxy.connect()) {
            served.get("/served");
            await().until(() -> backend.requests.size() == 1);
            try (Client leaving = proxy.connect()) {
                leaving.get("/leaving");
                assertQueued(proxy, 1);
                patient.get("/patient");
                assertQueued(proxy, 2);
                leaving.socket.setSoLinger(true, 0);
            }
            assertQueued(proxy, 1);
            lets.release(2);
            assertThat(served.readResponse()).endsWith("/served");
            assertThat(patient.readResponse()).endsWith("/patient");
            assertThat(backend.requests).hasSize(2);
        }
    }

    @Test
    void raisedLimit_letsTheWaitingGo() throws Exception {
        Semaphore lets = new Semaphore(0);
        try (Backend backend = answeringWhenLet(lets);
                Proxy proxy = Proxy.to(Policies.with(Policies.connections(1, 10), LONG), backend);
                Client served = proxy.connect();
                Client waiting = proxy.connect()) {
            served.get("/served");
            waiting.get("/waiting");
            assertQueued(proxy, 1);
            proxy.policy(Policies.with(Policies.connections(2, 10), LONG)).publish(backend.port());
            await().until(() -> backend.requests.size() == 2);
            assertQueued(proxy, 0);
            lets.release(2);
            assertThat(served.readResponse()).endsWith("/served");
            assertThat(waiting.readResponse()).endsWith("/waiting");
        }
    }

    @Test
    void newBackend_takesTheWaiting() throws Exception {
        Semaphore lets = new Semaphore(0);
        try (Backend full = answeringWhenLet(lets);
                Backend fresh = Backend.answering("fresh");
                Proxy proxy = Proxy.to(Policies.with(Policies.connections(1, 10), LONG), full);
                Client served = proxy.connect();
                Client waiting = proxy.connect()) {
            served.get("/served");
            waiting.get("/waiting");
            assertQueued(proxy, 1);
            proxy.publish(full.port(), fresh.port());
            assertThat(waiting.readResponse()).endsWith("fresh");
            lets.release(1);
            assertThat(served.readResponse()).endsWith("/served");
        }
    }

    @Test
    void anotherBackend_isChosenBeforeAnyoneWaits() throws Exception {
        Semaphore lets = new Semaphore(0);
        try (Backend full = answeringWhenLet(lets);
                Backend free = Backend.answering("free");
                Proxy proxy = Proxy.to(Policies.with(Policies.connections(1, 10), LONG), full);
                Client served = proxy.connect()) {
            served.get("/served");
            await().until(() -> full.requests.size() == 1);
            proxy.publish(full.port(), free.port());
            for (int i = 0; i < 4; i++) {
                assertThat(proxy.get("/")).endsWith("free");
            }
            lets.release(1);
            assertThat(served.readResponse()).endsWith("/served");
        }
    }

    @Test
    void maxRequests_limitsThoseUnderWay() throws Exception {
        Semaphore lets = new Semaphore(0);
        CircuitBreaker breaker = new CircuitBreaker(10, 0, 1, null, null);
        try (Backend backend = answeringWhenLet(lets);
                Proxy proxy = Proxy.to(Policies.with(breaker, LONG), backend);
                Client served = proxy.connect()) {
            served.get("/served");
            await().until(() -> backend.requests.size() == 1);
            assertThat(proxy.get("/")).startsWith("HTTP/1.1 503 ");
            assertThat(hits(proxy, Limit.REQUESTS_PER_BACKEND)).isPositive();
            lets.release(1);
            assertThat(served.readResponse()).endsWith("/served");
        }
    }

    @Test
    void connection_isClosedAfterItsRequests() throws Exception {
        CircuitBreaker breaker = new CircuitBreaker(10, 10, null, null, 3);
        try (Backend backend = Backend.of(connection -> {
                    while (connection.readRequest() != null) {
                        String number = Integer.toString(connection.number());
                        connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + number.length() + "\r\n\r\n" + number);
                    }
                });
                Proxy proxy = Proxy.to(Policies.with(breaker, LONG), backend);
                Client client = proxy.connect()) {
            StringBuilder connections = new StringBuilder();
            for (int i = 0; i < 7; i++) {
                String response = client.get("/").readResponse();
                connections.append(response.charAt(response.length() - 1));
            }
            assertThat(connections.toString()).isEqualTo("1112223");
        }
    }

    @Test
    void reuse_isCounted() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            for (int i = 0; i < 10; i++) {
                assertThat(client.get("/").readResponse()).endsWith("ok");
            }
            assertThat(proxy.traffic.totals().sentOnNew()).isEqualTo(1);
            assertThat(proxy.traffic.totals().sentOnReused()).isEqualTo(9);
        }
    }
}
