package io.backendpool.proxy.http;

import static io.backendpool.proxy.http.Policies.SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.CircuitBreaker;
import io.backendpool.pool.Retries;
import io.backendpool.pool.Retries.On;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.proxy.traffic.Limit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** When a request is sent again, and when it must not be. */
class RetriesTest {
    private static final String UNAVAILABLE = "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok";

    private static TrafficPolicy retries(int attempts, Set<On> on, int... statuses) {
        return Policies.with(Policies.retries(attempts, on, null, statuses));
    }

    private static int requests(Backend... backends) {
        return Stream.of(backends).mapToInt(backend -> backend.requests.size()).sum();
    }

    @Test
    void reset_isTriedAsOftenAsThePoolSays() throws Exception {
        for (int attempts : new int[] {0, 1, 3}) {
            try (Backend one = Backend.sendingAndClosing("");
                    Backend two = Backend.sendingAndClosing("");
                    Proxy proxy = Proxy.to(retries(attempts, EnumSet.of(On.RESET)), one, two)) {
                assertThat(proxy.get("/")).startsWith("HTTP/1.1 502 ").contains("failed before the response");
                assertThat(requests(one, two)).isEqualTo(attempts + 1);
                assertThat(proxy.traffic.totals().retries()).isEqualTo(attempts);
            }
        }
    }

    @Test
    void reset_isNotTriedWhereThePoolDoesNotSaySo() throws Exception {
        try (Backend one = Backend.sendingAndClosing("");
                Proxy proxy = Proxy.to(retries(3, Set.of()), one)) {
            assertThat(proxy.get("/")).startsWith("HTTP/1.1 502 ");
            assertThat(requests(one)).isEqualTo(1);
        }
    }

    @Test
    void staleConnection_isNoUsersError_evenWithoutRetries() throws Exception {
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    connection.readRequest();
                });
                Proxy proxy = Proxy.to(retries(0, Set.of()), backend);
                Client client = proxy.connect()) {
            for (int i = 0; i < 6; i++) {
                assertThat(client.get("/").readResponse()).endsWith("ok");
            }
        }
    }

    @Test
    void status_isReplacedByABetterAnswer() throws Exception {
        try (Backend busy = Backend.sending(UNAVAILABLE);
                Backend good = Backend.answering("ok");
                Proxy proxy = Proxy.to(retries(2, Set.of(), 503), busy, good);
                Client client = proxy.connect()) {
            for (int i = 0; i < 6; i++) {
                assertThat(client.get("/").readResponse()).startsWith("HTTP/1.1 200 ");
            }
            assertThat(requests(busy)).isPositive();
            // A response that came whole costs no connection.
            assertThat(busy.openConnections()).isEqualTo(1);
            assertThat(proxy.traffic.totals().backends().get(Proxy.key(busy.port())))
                    .satisfies(totals ->
                            assertThat(totals.requests().serverError()).isEqualTo(requests(busy)));
        }
    }

    @Test
    void status_withoutAnAttemptLeft_isPassedOn() throws Exception {
        try (Backend one = Backend.sending(UNAVAILABLE);
                Backend two = Backend.sending(UNAVAILABLE);
                Proxy proxy = Proxy.to(retries(3, Set.of(), 503), one, two)) {
            assertThat(proxy.get("/")).isEqualTo(UNAVAILABLE);
            assertThat(requests(one, two)).isEqualTo(4);
        }
    }

    @Test
    void status_ofAResponseThatIsNotWhole_costsItsConnectionOnly() throws Exception {
        try (Backend half = Backend.sending("HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nbusy");
                Backend good = Backend.answering("ok");
                Proxy proxy = Proxy.to(retries(1, Set.of(), 503), half, good)) {
            for (int i = 0; i < 4; i++) {
                assertThat(proxy.get("/")).startsWith("HTTP/1.1 200 ");
            }
            await().untilAsserted(() -> assertThat(half.openConnections()).isZero());
        }
    }

    @Test
    void status_thatIsNotNamed_isPassedOn() throws Exception {
        try (Backend one = Backend.sending("HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n");
                Proxy proxy = Proxy.to(retries(3, Set.of(), 503), one)) {
            assertThat(proxy.get("/")).startsWith("HTTP/1.1 502 No");
            assertThat(requests(one)).isEqualTo(1);
        }
    }

    @Test
    void post_isNeverSentTwice() throws Exception {
        try (Backend one = Backend.sending(UNAVAILABLE);
                Backend two = Backend.sendingAndClosing("");
                Proxy proxy = Proxy.to(retries(3, EnumSet.of(On.RESET), 503), one, two)) {
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                try (Client client = proxy.connect()) {
                    answers.add(client.send(POST).readResponse().substring(0, 12));
                }
            }
            assertThat(answers).containsExactlyInAnyOrder("HTTP/1.1 503", "HTTP/1.1 502");
            assertThat(requests(one, two)).isEqualTo(2);
        }
    }

    @Test
    void put_isSentAgainWithItsBody_howeverItCame() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (Backend backend = Backend.of(connection -> {
                    int number = connections.incrementAndGet();
                    String head = connection.readHead();
                    if (number > 1) {
                        String body = connection.readBody(head);
                        connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                        connection.readHead();
                    }
                    // The first one reads some of it, and is gone.
                });
                Proxy proxy = Proxy.to(retries(1, EnumSet.of(On.RESET)), backend);
                Client client = proxy.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nab");
            await().until(() -> connections.get() > 0);
            client.send("cd");
            await().until(() -> connections.get() > 1);
            client.send("ef");
            assertThat(client.readResponse()).endsWith("\r\n\r\nabcdef");
        }
    }

    @Test
    void put_whoseBodyIsTooLongToKeep_isNotSentAgain() throws Exception {
        try (Backend backend = Backend.of(connection -> connection.readBody(connection.readHead()));
                Proxy proxy = Proxy.to(retries(3, EnumSet.of(On.RESET)), backend);
                Client client = proxy.connect()) {
            String body = "x".repeat(1_000_000);
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            assertThat(client.readResponse()).startsWith("HTTP/1.1 502 ");
            assertThat(proxy.traffic.totals().retries()).isZero();
        }
    }

    @Test
    void slowTry_isGivenUpForAnother() throws Exception {
        try (Backend silent = Backend.of(connection -> {
                    connection.readRequest();
                    connection.socket.getInputStream().readAllBytes();
                });
                Backend good = Backend.answering("ok");
                Proxy proxy =
                        Proxy.to(Policies.with(Policies.retries(1, EnumSet.of(On.TIMEOUT), SHORT)), silent, good)) {
            for (int i = 0; i < 4; i++) {
                assertThat(proxy.get("/")).startsWith("HTTP/1.1 200 ");
            }
            assertThat(requests(silent)).isPositive();
            assertThat(proxy.traffic.totals().limitHits().get(Limit.TRY_TIMEOUT))
                    .isPositive();
            await().untilAsserted(() -> assertThat(silent.openConnections()).isZero());
        }
    }

    @Test
    void slowTry_withoutAnAttemptLeft_is504() throws Exception {
        try (Backend silent = Backend.of(connection -> {
                    connection.readRequest();
                    connection.socket.getInputStream().readAllBytes();
                });
                Proxy proxy = Proxy.to(Policies.with(Policies.retries(1, EnumSet.of(On.TIMEOUT), SHORT)), silent)) {
            assertThat(proxy.get("/")).startsWith("HTTP/1.1 504 ").contains("did not answer within 200 ms");
            assertThat(requests(silent)).isEqualTo(2);
        }
    }

    @Test
    void afterAnInterimResponse_nothingIsSentAgain() throws Exception {
        try (Backend backend = Backend.sendingAndClosing("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + UNAVAILABLE);
                Proxy proxy = Proxy.to(retries(3, EnumSet.of(On.RESET), 503), backend);
                Client client = proxy.connect()) {
            assertThat(client.get("/").readHead()).startsWith("HTTP/1.1 103 ");
            assertThat(client.readResponse()).isEqualTo(UNAVAILABLE);
            assertThat(requests(backend)).isEqualTo(1);
        }
    }

    /** Three retries are always allowed; with so few requests under way a share of them is less. */
    @Test
    void budget_limitsTheRetriesUnderWay() throws Exception {
        TrafficPolicy policy = Policies.with(new Retries(1, EnumSet.of(On.RESET), List.of(), null, 0));
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    if (connection.number() > 5) {
                        // The retries: they stay under way.
                        connection.socket.getInputStream().readAllBytes();
                    } else {
                        await().until(() -> connection.backend().requests.size() >= 5);
                    }
                });
                Proxy proxy = Proxy.to(policy, backend)) {
            List<Client> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(proxy.connect().get("/"));
            }
            await().untilAsserted(
                            () -> assertThat(proxy.traffic.totals().limitHits().get(Limit.RETRY_BUDGET))
                                    .isEqualTo(2));
            await().untilAsserted(() -> assertThat(requests(backend)).isEqualTo(8));
            for (Client client : clients) {
                client.close();
            }
        }
    }

    @Test
    void maxRetries_limitsThoseOfABackend() throws Exception {
        TrafficPolicy usual = retries(3, Set.of(), 503);
        TrafficPolicy policy = new TrafficPolicy(
                usual.timeouts(),
                usual.retries(),
                new CircuitBreaker(100, 10, null, 1, null),
                usual.limits(),
                usual.http());
        try (Backend busy = Backend.sending(UNAVAILABLE);
                Backend slow = Backend.of(connection -> {
                    connection.readRequest();
                    connection.socket.getInputStream().readAllBytes();
                });
                Proxy proxy = Proxy.to(policy, busy, slow)) {
            // Round robin: of six, at least two meet `busy`; they go to `slow` as retries, of which one is allowed.
            List<Client> clients = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                clients.add(proxy.connect().get("/"));
            }
            await().untilAsserted(
                            () -> assertThat(proxy.traffic.totals().limitHits().get(Limit.RETRIES_PER_BACKEND))
                                    .isPositive());
            for (Client client : clients) {
                client.close();
            }
        }
    }
}
