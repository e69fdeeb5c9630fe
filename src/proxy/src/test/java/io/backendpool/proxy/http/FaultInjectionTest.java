package io.backendpool.proxy.http;

import static io.backendpool.proxy.http.Policies.LONG;
import static io.backendpool.proxy.http.Policies.SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.TrafficPolicy;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What goes wrong at a backend, at each stage of an exchange, on real sockets: what the client sees is documented, and
 * nothing is left behind.
 */
class FaultInjectionTest {
    /** A head, and then less than it promised: the client's connection is reset. */
    private static final int CUT = -1;

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final TrafficPolicy POLICY = Policies.with(Policies.timeouts(LONG, SHORT, LONG, SHORT, SHORT));

    /** What a backend does to a request, and what the client gets for it. */
    private enum Fault {
        RESETS_AT_ONCE(502, connection -> reset(connection)),
        RESETS_AFTER_A_BYTE(502, connection -> {
            connection.socket.getInputStream().read();
            reset(connection);
        }),
        RESETS_AFTER_THE_HEAD(502, connection -> {
            connection.readHead();
            reset(connection);
        }),
        RESETS_AFTER_THE_REQUEST(502, connection -> {
            connection.readRequest();
            reset(connection);
        }),
        CLOSES_AT_ONCE(502, connection -> {}),
        CLOSES_AFTER_THE_REQUEST(502, connection -> connection.readRequest()),
        RESETS_IN_ITS_STATUS_LINE(502, connection -> {
            connection.readRequest();
            connection.send("HTTP/1.1 2");
            reset(connection);
        }),
        CLOSES_IN_ITS_HEAD(502, connection -> {
            connection.readRequest();
            connection.send("HTTP/1.1 200 OK\r\nContent-");
        }),
        CLOSES_AFTER_AN_INTERIM_RESPONSE(502, connection -> {
            connection.readRequest();
            connection.send("HTTP/1.1 103 Early Hints\r\n\r\n");
        }),
        CLOSES_AFTER_ITS_HEAD(CUT, connection -> {
            connection.readRequest();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
        }),
        RESETS_IN_ITS_BODY(CUT, connection -> {
            connection.readRequest();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok");
            reset(connection);
        }),
        CLOSES_IN_A_CHUNK(CUT, connection -> {
            connection.readRequest();
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok");
        }),
        CLOSES_BEFORE_THE_LAST_CHUNK(CUT, connection -> {
            connection.readRequest();
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
        }),
        CLOSES_IN_ITS_TRAILERS(CUT, connection -> {
            connection.readRequest();
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: ");
        }),
        RESETS_A_BODY_WITHOUT_A_LENGTH(CUT, connection -> {
            connection.readRequest();
            connection.send("HTTP/1.1 200 OK\r\n\r\nok");
            reset(connection);
        }),
        READS_NOTHING(504, connection -> untilClosed(connection)),
        NEVER_ANSWERS(504, connection -> {
            connection.readRequest();
            untilClosed(connection);
        }),
        STALLS_IN_ITS_HEAD(504, connection -> {
            connection.readRequest();
            connection.send("HTTP/1.1 200 OK\r\nContent-");
            untilClosed(connection);
        }),
        STALLS_AFTER_AN_INTERIM_RESPONSE(504, connection -> {
            connection.readRequest();
            connection.send("HTTP/1.1 103 Early Hints\r\n\r\n");
            untilClosed(connection);
        }),
        STALLS_IN_ITS_BODY(CUT, connection -> {
            connection.readRequest();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok");
            untilClosed(connection);
        }),
        HALF_CLOSES_BEFORE_ITS_ANSWER(502, connection -> {
            connection.readRequest();
            connection.socket.shutdownOutput();
            untilClosed(connection);
        }),
        HALF_CLOSES_IN_ITS_BODY(CUT, connection -> {
            connection.readRequest();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok");
            connection.socket.shutdownOutput();
            untilClosed(connection);
        }),
        HALF_CLOSES_AFTER_ITS_ANSWER(200, connection -> {
            connection.readRequest();
            connection.send(OK);
            connection.socket.shutdownOutput();
            untilClosed(connection);
        }),
        ANSWERS_BEFORE_THE_REQUEST_ENDS(200, connection -> {
            connection.readHead();
            connection.send(OK);
            untilClosed(connection);
        }),
        ANSWERS_WITHOUT_READING(200, connection -> {
            connection.send(OK);
            untilClosed(connection);
        }),
        SENDS_TOO_MUCH(200, connection -> {
            connection.readRequest();
            connection.send(OK + OK + OK);
            untilClosed(connection);
        }),
        SENDS_NONSENSE(502, connection -> {
            connection.readRequest();
            connection.send("\0\1\2\3nonsense\r\n\r\n");
            untilClosed(connection);
        }),
        SENDS_AN_ENDLESS_HEAD(502, connection -> {
            connection.readRequest();
            connection.send("HTTP/1.1 200 OK\r\nX: " + "x".repeat(100_000));
            untilClosed(connection);
        }),
        SENDS_ENDLESS_INTERIM_RESPONSES(504, connection -> {
            connection.readRequest();
            while (true) {
                connection.send("HTTP/1.1 103 Early Hints\r\n\r\n");
            }
        });

        private final int status;

        @SuppressWarnings("ImmutableEnumChecker") // a script without state
        private final Backend.Script script;

        Fault(int status, Backend.Script script) {
            this.status = status;
            this.script = script;
        }

        private static void reset(Backend.Connection connection) throws IOException {
            connection.socket.setSoLinger(true, 0);
        }

        private static void untilClosed(Backend.Connection connection) throws IOException {
            connection.socket.getInputStream().readAllBytes();
        }
    }

    static Stream<Arguments> faults() {
        return Stream.of(Fault.values())
                .flatMap(fault -> Stream.of("GET", "PUT", "POST").map(method -> Arguments.of(fault.name(), method)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("faults")
    void fault_hasItsStatus_andLeavesNothing(String name, String method) throws Exception {
        Fault fault = Fault.valueOf(name);
        try (Backend backend = Backend.of(fault.script);
                Proxy proxy = Proxy.to(POLICY, backend)) {
            try (Client client = proxy.connect()) {
                String body = method.equals("GET") ? "" : "Content-Length: 2\r\n\r\nhi";
                client.send(method + " / HTTP/1.1\r\nHost: a\r\n" + (body.isEmpty() ? "\r\n" : body));
                String head = finalHead(client);
                assertThat(head).startsWith("HTTP/1.1 " + (fault.status == CUT ? 200 : fault.status) + " ");
                if (fault.status == CUT) {
                    assertThat(endsInOrder(client)).isFalse();
                }
            }
            await().untilAsserted(() -> {
                assertThat(backend.openConnections()).isLessThanOrEqualTo(fault.status == 200 ? 1 : 0);
                assertThat(proxy.listeners.connections()).isZero();
                assertThat(proxy.traffic.inFlight(Proxy.key(backend.port()))).isZero();
                assertThat(proxy.traffic.totals().requests().total()).isEqualTo(1);
            });
        }
    }

    @AfterAll
    static void nothingLeaks() {
        for (int i = 0; i < 5; i++) {
            System.gc();
            PooledByteBufAllocator.DEFAULT.directBuffer().release();
        }
        assertThat(Proxy.LEAKS).isEmpty();
    }

    private static String finalHead(Client client) throws IOException {
        String head;
        do {
            head = client.readHead();
        } while (head.startsWith("HTTP/1.1 103 "));
        return head;
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
}
