package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * RFC 9112 and RFC 9110, case by case: raw bytes over sockets, in both directions. The tables are
 * {@code conformance/requests.txt} and {@code conformance/responses.txt}.
 */
class ConformanceTest {
    private static final String CLOSED = "\\!";
    private static final String MARKER = "GET /marker HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    private static Backend answering;
    private static Proxy requestProxy;
    private static int cases;

    @BeforeAll
    static void start() throws Exception {
        answering = Backend.answering("ok");
        requestProxy = Proxy.to(answering);
    }

    @AfterAll
    static void stop() throws Exception {
        requestProxy.close();
        answering.close();
        System.out.println("conformance: " + cases + " cases of RFC 9112 and RFC 9110");
    }

    static List<Arguments> requests() throws IOException {
        return ConformanceTable.rows("requests.txt", 4).stream()
                .map(row -> Arguments.of(row.get(0), row.get(1), row.get(2), row.get(3)))
                .toList();
    }

    static List<Arguments> responses() throws IOException {
        return ConformanceTable.rows("responses.txt", 5).stream()
                .map(row -> Arguments.of(row.get(0), row.get(1), row.get(2), row.get(3), row.get(4)))
                .toList();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("requests")
    void request(String section, String name, String bytes, String expected) throws Exception {
        cases++;
        answering.requests.clear();
        List<String> parts = ConformanceTable.parts(expected);
        boolean forwarded = parts.getFirst().startsWith("200");
        String answer;
        try (Client client = requestProxy.connect()) {
            // Whatever follows what was refused, or is to be the last, must not be taken for a request.
            answer = client.send(ConformanceTable.bytes(bytes) + MARKER).readAll();
        }
        boolean goesOn = answering.requests.stream().anyMatch(request -> request.startsWith("GET /marker "));
        List<String> seen = answering.requests.stream()
                .filter(request -> !request.startsWith("GET /marker "))
                .toList();
        assertThat(answer).startsWith("HTTP/1.1 " + parts.getFirst().substring(0, 3) + " ");
        assertThat(goesOn)
                .as("the connection goes on")
                .isEqualTo(parts.getFirst().equals("200"));
        if (!forwarded) {
            assertThat(seen).isEmpty();
            assertThat(answer).contains("Connection: close\r\n").containsOnlyOnce("HTTP/1.1 " + parts.getFirst());
            return;
        }
        int wanted = 1;
        for (String part : parts.subList(1, parts.size())) {
            if (part.endsWith(" requests")) {
                wanted = Integer.parseInt(part.substring(0, part.indexOf(' ')));
                continue;
            }
            String text = ConformanceTable.bytes(part.substring(2));
            switch (part.charAt(0)) {
                case '+' -> assertThat(seen.getFirst()).contains(text);
                case '-' -> assertThat(seen.getFirst()).doesNotContainIgnoringCase(text);
                case '<' -> assertThat(answer).contains(text);
                case '>' -> assertThat(answer).doesNotContain(text);
                default -> throw new IllegalArgumentException(part);
            }
        }
        assertThat(seen).hasSize(wanted);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("responses")
    void response(String section, String name, String request, String bytes, String expected) throws Exception {
        cases++;
        List<String> parts = ConformanceTable.parts(expected);
        boolean closes = bytes.endsWith(CLOSED);
        String response = ConformanceTable.bytes(closes ? bytes.substring(0, bytes.length() - 2) : bytes);
        try (Backend backend = closes ? Backend.sendingAndClosing(response) : Backend.sending(response);
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            client.send(head(request));
            switch (parts.getFirst()) {
                case "502" -> {
                    assertThat(client.readResponse()).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
                    await().untilAsserted(
                                    () -> assertThat(backend.openConnections()).isZero());
                }
                case "cut" -> assertThat(endsInOrder(client)).isFalse();
                default -> {
                    String wanted = ConformanceTable.bytes(parts.getFirst());
                    assertThat(new String(client.read(wanted.length()), java.nio.charset.StandardCharsets.ISO_8859_1))
                            .isEqualTo(wanted);
                    if (request.endsWith(" 1.0")) {
                        assertThat(client.ended()).isTrue();
                    }
                }
            }
            if (parts.size() > 1) {
                assertReused(parts.get(1).equals("reuse"), backend, proxy);
            }
        }
    }

    private static String head(String request) {
        return switch (request) {
            case "GET 1.0" -> "GET / HTTP/1.0\r\n\r\n";
            case "POST" -> "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
            default -> request + " / HTTP/1.1\r\nHost: a\r\n\r\n";
        };
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

    private static void assertReused(boolean reused, Backend backend, Proxy proxy) throws IOException {
        if (!reused) {
            await().untilAsserted(() -> assertThat(backend.openConnections()).isZero());
        }
        try (Client next = proxy.connect()) {
            next.get("/next");
            await().untilAsserted(() -> assertThat(backend.requests).hasSize(2));
        }
        assertThat(backend.accepted()).isEqualTo(reused ? 1 : 2);
    }
}
