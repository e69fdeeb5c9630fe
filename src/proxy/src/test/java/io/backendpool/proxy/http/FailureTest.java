package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.HealthState;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.backendpool.proxy.warmup.FreePorts;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client sees when backends fail, at each stage. */
@SuppressWarnings("StringConcatToTextBlock") // line ends are part of what is tested, and are written out
class FailureTest {
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void noPool_is503WithTheReason() throws Exception {
        try (Proxy proxy = new Proxy(ProxyLimits.defaults(), null, 1)) {
            assertThat(proxy.get("/")).startsWith("HTTP/1.1 503 ").endsWith("no pool is live in this proxy yet\n");
        }
    }

    @Test
    void noHealthyBackend_is503WithTheReason_andTheConnectionStays() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            proxy.publish(HealthState.UNHEALTHY, backend.port(), 1, 2);
            for (int i = 0; i < 2; i++) {
                assertThat(client.get("/").readResponse())
                        .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                        .contains("Retry-After: 1\r\n", "Proxy-Status: backendpool; error=destination_unavailable\r\n")
                        .endsWith("no healthy backend in pool shop/web: 3 of 3 unhealthy\n");
            }
            proxy.publish();
            assertThat(client.get("/").readResponse()).endsWith("pool shop/web has no backends\n");
            assertThat(proxy.traffic.traffic().windowErrors()).isEqualTo(3);
        }
    }

    @Test
    void deadBackends_areNoUsersError() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            List<Integer> ports = new ArrayList<>(FreePorts.next(9));
            ports.add(backend.port());
            proxy.publish(ports.stream().mapToInt(port -> port).toArray());
            for (int i = 0; i < 20; i++) {
                assertThat(client.send(POST).readResponse()).startsWith("HTTP/1.1 200 ");
            }
            assertThat(proxy.traffic.totals().retries()).isPositive();
            assertThat(proxy.traffic.totals().connectFailures()).isPositive();
        }
    }

    @Test
    void allBackendsDead_is502WithTheReason() throws Exception {
        try (Proxy proxy = Proxy.to()) {
            int dead = FreePorts.next();
            proxy.publish(dead);
            assertThat(proxy.get("/"))
                    .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                    .endsWith("tried 1, the last was: connection refused\n")
                    .doesNotContain("127.0.0.1:" + dead);
            assertThat(proxy.traffic.inFlight(Proxy.key(dead))).isZero();
        }
    }

    /** Answers the first request on each connection, and closes without an answer at the second. */
    private static Backend closingAtTheSecond() throws Exception {
        return Backend.of(connection -> {
            connection.readRequest();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            connection.readRequest();
        });
    }

    @Test
    void keepAliveRace_isRetriedWhereThatIsSafe() throws Exception {
        try (Backend backend = closingAtTheSecond();
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            for (int i = 0; i < 6; i++) {
                assertThat(client.get("/").readResponse()).endsWith("ok");
            }
            assertThat(client.send(POST.replace("POST", "PUT")).readResponse()).endsWith("ok");
            assertThat(proxy.traffic.totals().retries()).isPositive();
        }
    }

    @Test
    void keepAliveRace_ofAPost_isNotRetried() throws Exception {
        try (Backend backend = closingAtTheSecond();
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            assertThat(client.send(POST).readResponse()).endsWith("ok");
            assertThat(client.send(POST).readResponse())
                    .startsWith("HTTP/1.1 502 ")
                    .endsWith("failed before the response: connection closed\n");
            assertThat(backend.requests).hasSize(2);
        }
    }

    @Test
    void requestThatKillsBackends_isSentAtMostThreeTimes() throws Exception {
        try (Backend one = Backend.sendingAndClosing("");
                Backend two = Backend.sendingAndClosing("");
                Backend three = Backend.sendingAndClosing("");
                Backend four = Backend.sendingAndClosing("");
                Proxy proxy = Proxy.to(one, two, three, four)) {
            assertThat(proxy.get("/")).startsWith("HTTP/1.1 502 ");
            assertThat(Stream.of(one, two, three, four)
                            .mapToInt(backend -> backend.requests.size())
                            .sum())
                    .isEqualTo(3);
        }
    }

    static Stream<Arguments> invalidResponses() {
        return Stream.of(
                Arguments.of(
                        "both lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
                Arguments.of("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
                Arguments.of("other coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"),
                Arguments.of("coding in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                Arguments.of("bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"),
                Arguments.of("bare CR", "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n"),
                Arguments.of("folded line", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n"),
                Arguments.of("space before colon", "HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n"),
                Arguments.of("no HTTP", "SSH-2.0-OpenSSH_9.9\r\n\r\n"),
                Arguments.of("HTTP/2", "HTTP/2.0 200 OK\r\n\r\n"),
                Arguments.of("short status", "HTTP/1.1 20 OK\r\n\r\n"),
                Arguments.of("status 600", "HTTP/1.1 600 X\r\n\r\n"),
                Arguments.of("upgrade that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
                Arguments.of("Connection names the length", "HTTP/1.1 200 OK\r\nConnection: Content-Length\r\n\r\n"),
                Arguments.of("head too long", "HTTP/1.1 200 OK\r\nX: " + "x".repeat(70_000) + "\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("invalidResponses")
    void invalidResponse_is502(String name, String response) throws Exception {
        try (Backend backend = Backend.sending(response);
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            assertThat(client.get("/").readResponse())
                    .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                    .contains("the backend sent no valid response: ")
                    .doesNotContain("127.0.0.1:" + backend.port());
            await().untilAsserted(() -> assertThat(backend.openConnections()).isZero());
        }
    }

    static Stream<Arguments> cutResponses() {
        return Stream.of(
                Arguments.of("length", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"),
                Arguments.of("chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
                Arguments.of("malformed chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cutResponses")
    void responseThatIsCut_neverLooksWhole(String name, String response) throws Exception {
        try (Backend backend = Backend.sendingAndClosing(response);
                Proxy proxy = Proxy.to(backend)) {
            for (String version : new String[] {"1.1", "1.0"}) {
                try (Client client = proxy.connect()) {
                    client.send("GET / HTTP/" + version + "\r\nHost: a\r\n\r\n");
                    assertThat(endsInOrder(client)).as("HTTP/" + version).isFalse();
                }
            }
            assertThat(proxy.traffic.totals().outcomes()).containsEntry(Outcome.BACKEND_FAILED, 2L);
        }
    }

    private static boolean endsInOrder(Client client) {
        try {
            client.readAll();
            return true;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("still open", e);
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void backendThatDiesInItsHead_is502() throws Exception {
        try (Backend backend = Backend.sendingAndClosing("HTTP/1.1 200 O");
                Proxy proxy = Proxy.to(backend)) {
            assertThat(proxy.get("/")).startsWith("HTTP/1.1 502 ").contains("in the middle of the response");
        }
    }

    @Test
    void earlyAnswer_withoutReadingTheBody_reachesTheClient() throws Exception {
        try (Backend backend = Backend.of(connection -> {
                    connection.readHead();
                    connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
                    connection.socket.getInputStream().readAllBytes();
                });
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc");
            assertThat(client.readAll()).startsWith("HTTP/1.1 413 ").endsWith("no");
            await().untilAsserted(() -> assertThat(backend.openConnections()).isZero());
        }
    }

    @Test
    void clientThatGoesAway_abortsTheExchange() throws Exception {
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
                    connection.socket.getInputStream().readAllBytes();
                });
                Proxy proxy = Proxy.to(backend)) {
            try (Client client = proxy.connect()) {
                client.get("/").readHead();
                client.socket.setSoLinger(true, 0);
            }
            await().untilAsserted(() -> assertThat(backend.openConnections()).isZero());
            await().untilAsserted(
                            () -> assertThat(proxy.traffic.totals().outcomes()).containsEntry(Outcome.CLIENT_GONE, 1L));
            assertThat(proxy.traffic.inFlight(Proxy.key(backend.port()))).isZero();
        }
    }

    @Test
    void clientThatEndsItsWayAndThenGoesAway_abortsTheExchange() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    awaitUninterruptibly(end);
                });
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            client.get("/");
            client.socket.shutdownOutput();
            await().until(() -> backend.requests.size() == 1);
            client.socket.setSoLinger(true, 0);
            client.socket.close();
            await().untilAsserted(
                            () -> assertThat(proxy.traffic.totals().outcomes()).containsEntry(Outcome.CLIENT_GONE, 1L));
            end.countDown();
        }
    }

    @Test
    void clientThatGoesAwayInItsBody_abortsTheExchange() throws Exception {
        try (Backend backend = Backend.of(connection -> {
                    connection.readHead();
                    connection.socket.getInputStream().readAllBytes();
                });
                Proxy proxy = Proxy.to(backend)) {
            try (Client client = proxy.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
                await().until(() -> backend.openConnections() == 1);
            }
            await().untilAsserted(() -> assertThat(backend.openConnections()).isZero());
        }
    }

    @Test
    void malformedChunk_afterTheHeadWasSent_isRefusedAndCutsTheBackend() throws Exception {
        try (Backend backend = Backend.of(connection -> {
                    connection.readHead();
                    connection.socket.getInputStream().readAllBytes();
                });
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            await().until(() -> backend.openConnections() == 1);
            assertThat(client.send("zz\r\n").readAll()).startsWith("HTTP/1.1 400 ");
            await().untilAsserted(() -> assertThat(backend.openConnections()).isZero());
        }
    }

    @Test
    void removedBackend_losesItsIdleConnections_andFinishesWhatIsInFlight() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (Backend old = Backend.of(connection -> {
                    String request;
                    while ((request = connection.readRequest()) != null) {
                        if (request.startsWith("GET /slow")) {
                            awaitUninterruptibly(answer);
                        }
                        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold");
                    }
                });
                Backend fresh = Backend.answering("new");
                Proxy proxy = Proxy.to(old);
                Client slow = proxy.connect();
                Client quick = proxy.connect()) {
            slow.get("/slow");
            await().until(() -> old.requests.size() == 1);
            assertThat(quick.get("/").readResponse()).endsWith("old");
            proxy.publish(fresh.port());
            await().untilAsserted(() -> assertThat(old.openConnections()).isEqualTo(1));
            assertThat(quick.get("/").readResponse()).endsWith("new");
            answer.countDown();
            assertThat(slow.readResponse()).endsWith("old");
            await().untilAsserted(() -> assertThat(old.openConnections()).isZero());
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
