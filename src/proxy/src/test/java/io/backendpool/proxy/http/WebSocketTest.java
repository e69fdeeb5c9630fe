package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.TrafficPolicy;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.upstream.ProxyLimits;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The upgrade to a WebSocket (RFC 6455) through HTTP/1.1, and the tunnel that follows. */
@SuppressWarnings("StringConcatToTextBlock") // line ends are part of what is tested, and are written out
class WebSocketTest {
    private static final String UPGRADE = String.join(
            "\r\n",
            "GET /chat HTTP/1.1",
            "Host: a",
            "Connection: keep-alive, Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "",
            "");
    private static final String SWITCHED = String.join(
            "\r\n",
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            "",
            "");

    /** Switches, and sends back what comes, to the end. */
    private static final Backend.Script ECHO = connection -> {
        if (connection.readRequest() != null) {
            connection.send(SWITCHED);
            connection.socket.getInputStream().transferTo(connection.socket.getOutputStream());
        }
    };

    @Test
    void upgrade_reachesTheBackend_andBytesPassBothWays() throws Exception {
        try (Backend backend = Backend.of(ECHO);
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            client.send(UPGRADE + "early");
            String head = client.readHead();
            assertThat(head).startsWith("HTTP/1.1 101 ");
            assertThat(Wire.field(head, "Upgrade")).contains("websocket");
            assertThat(Wire.field(head, "Connection")).contains("Upgrade");
            assertThat(Wire.field(head, "Sec-WebSocket-Accept")).contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(client.read(5)).asString().isEqualTo("early");
            client.send("GET / HTTP/1.1\r\n\r\n");
            assertThat(client.read(18)).asString().isEqualTo("GET / HTTP/1.1\r\n\r\n");

            String request = backend.requests.getFirst();
            assertThat(Wire.field(request, "Connection")).contains("Upgrade");
            assertThat(Wire.field(request, "Upgrade")).contains("websocket");
            assertThat(Wire.field(request, "Sec-WebSocket-Key")).contains("dGhlIHNhbXBsZSBub25jZQ==");
            assertThat(Wire.field(request, "X-Forwarded-For")).contains("127.0.0.1");
        }
    }

    @Test
    void halfClose_ofTheClient_isPassedOn_andTheRestStillComes() throws Exception {
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    connection.send(SWITCHED);
                    byte[] all = connection.socket.getInputStream().readAllBytes();
                    connection.send("got " + all.length);
                });
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            client.send(UPGRADE).readHead();
            client.send("hello");
            client.socket.shutdownOutput();

            assertThat(client.readAll()).isEqualTo("got 5");
            await().untilAsserted(
                            () -> assertThat(proxy.traffic.totals().outcomes().get(Outcome.ANSWERED))
                                    .isEqualTo(1));
        }
    }

    @Test
    void halfClose_ofTheBackend_isPassedOn_andTheRestStillGoes() throws Exception {
        CompletableFuture<String> got = new CompletableFuture<>();
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    connection.send(SWITCHED + "bye");
                    connection.socket.shutdownOutput();
                    got.complete(
                            new String(connection.socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
                });
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            client.send(UPGRADE).readHead();
            assertThat(client.readAll()).isEqualTo("bye");
            client.send("still here");
            client.socket.shutdownOutput();

            assertThat(got.get(10, TimeUnit.SECONDS)).isEqualTo("still here");
        }
    }

    @Test
    void refusal_ofTheBackend_isAnOrdinaryResponse() throws Exception {
        try (Backend backend = Backend.sending("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            assertThat(client.send(UPGRADE).readResponse())
                    .startsWith("HTTP/1.1 403 ")
                    .endsWith("no");
            assertThat(client.get("/").readResponse()).startsWith("HTTP/1.1 403 ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket, h2c\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
                "PUT / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nhi",
                "GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
            })
    void anythingElse_isNotPassedOn(String request) throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            assertThat(client.send(request).readResponse()).startsWith("HTTP/1.1 200 ");
            assertThat(Wire.field(backend.requests.getFirst(), "Upgrade")).isEmpty();
            assertThat(Wire.field(backend.requests.getFirst(), "Connection")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
                "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n",
                "HTTP/1.1 101 Switching\r\n\r\n"
            })
    void switchToSomethingElse_is502(String response) throws Exception {
        try (Backend backend = Backend.sending(response);
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            assertThat(client.send(UPGRADE).readResponse()).startsWith("HTTP/1.1 502 ");
        }
    }

    @Test
    void switchThatNobodyAskedFor_is502() throws Exception {
        try (Backend backend = Backend.sending(SWITCHED);
                Proxy proxy = Proxy.to(backend)) {
            assertThat(proxy.get("/")).startsWith("HTTP/1.1 502 ");
        }
    }

    @Test
    void tunnel_outlivesEveryChangeThatKeepsItsBackend() throws Exception {
        try (Backend backend = Backend.of(ECHO);
                Backend other = Backend.answering("other");
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            client.send(UPGRADE).readHead();
            for (int change = 0; change < 5; change++) {
                proxy.publish(backend.port(), other.port());
                proxy.publish(backend.port());
                client.send("still");
                assertThat(client.read(5)).asString().isEqualTo("still");
            }
        }
    }

    @Test
    void tunnel_whoseBackendLeaves_mayGoOnForAWhile_andIsThenCut() throws Exception {
        try (Backend backend = Backend.of(ECHO);
                Backend other = Backend.answering("other");
                Proxy proxy = Proxy.to(ProxyLimits.defaults().withDrainDeadline(Duration.ofMillis(500)), backend);
                Client client = proxy.connect()) {
            client.send(UPGRADE).readHead();
            proxy.publish(other.port());
            client.send("still");
            assertThat(client.read(5)).asString().isEqualTo("still");

            assertThat(cut(client.socket.getInputStream())).isTrue();
            assertThat(proxy.traffic.totals().limitHits().get(Limit.DRAIN_DEADLINE))
                    .isEqualTo(1);
        }
    }

    @Test
    void tunnelInWhichNothingMoves_isCut() throws Exception {
        try (Backend backend = Backend.of(ECHO);
                Proxy proxy = Proxy.to(withStreamIdleTimeout(Duration.ofMillis(300)), backend);
                Client client = proxy.connect()) {
            client.send(UPGRADE).readHead();
            assertThat(cut(client.socket.getInputStream())).isTrue();
            assertThat(proxy.traffic.totals().limitHits().get(Limit.STREAM_IDLE_TIMEOUT))
                    .isEqualTo(1);
        }
    }

    @Test
    void slowReader_stopsTheSender() throws Exception {
        long size = 64L << 20;
        AtomicLong sent = new AtomicLong();
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    connection.send(SWITCHED);
                    byte[] block = new byte[64 << 10];
                    while (sent.get() < size) {
                        connection.socket.getOutputStream().write(block);
                        sent.addAndGet(block.length);
                    }
                });
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            client.send(UPGRADE).readHead();
            await().during(Duration.ofMillis(300)).until(() -> {
                long now = sent.get();
                return now > 0 && now < size / 2;
            });
            assertThat(client.read((int) size)).hasSize((int) size);
        }
    }

    @Test
    void aRealClient_talksToARealServer() throws Exception {
        try (Backend backend = Backend.of(WebSocketTest::echoFrames);
                Proxy proxy = Proxy.to(backend);
                HttpClient http = HttpClient.newHttpClient()) {
            CompletableFuture<String> echoed = new CompletableFuture<>();
            WebSocket socket = http.newWebSocketBuilder()
                    .buildAsync(URI.create("ws://127.0.0.1:" + proxy.port() + "/echo"), new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
                            echoed.complete(data.toString());
                            return CompletableFuture.completedStage(null);
                        }
                    })
                    .get(10, TimeUnit.SECONDS);
            socket.sendText("hello", true).get(10, TimeUnit.SECONDS);

            assertThat(echoed.get(10, TimeUnit.SECONDS)).isEqualTo("hello");
            socket.abort();
        }
    }

    /** One frame of up to 125 bytes at a time (RFC 6455, 5.2): unmasks it and sends it back. */
    private static void echoFrames(Backend.Connection connection) throws IOException {
        String request = connection.readRequest();
        if (request == null) {
            return;
        }
        String key = Wire.field(request, "Sec-WebSocket-Key").orElseThrow();
        connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\n"
                + "Sec-WebSocket-Accept: " + accept(key) + "\r\n\r\n");
        InputStream in = connection.socket.getInputStream();
        int first;
        while ((first = in.read()) >= 0) {
            int length = in.read() & 0x7f;
            byte[] mask = in.readNBytes(4);
            byte[] data = in.readNBytes(length);
            StringBuilder frame = new StringBuilder().append((char) first).append((char) length);
            for (int i = 0; i < data.length; i++) {
                frame.append((char) ((data[i] ^ mask[i % 4]) & 0xff));
            }
            connection.send(frame.toString());
        }
    }

    private static String accept(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean cut(InputStream in) {
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static TrafficPolicy withStreamIdleTimeout(Duration timeout) {
        return Policies.with(Policies.timeouts(Policies.LONG, Policies.LONG, Policies.LONG, timeout, Policies.LONG));
    }
}
