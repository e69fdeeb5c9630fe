package io.backendpool.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.proxy.http.Backend;
import io.backendpool.proxy.http.Proxy;
import io.backendpool.proxy.traffic.Limit;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Clients that want to cost more than they may: each is counted, and ended or refused, and memory stays bounded. */
class AbuseTest {
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int REFUSED_STREAM = 7;
    /** What one client may make the proxy hold at most, with what the pool keeps for its threads. */
    private static final long MEMORY = 24L << 20;

    private interface Frames {
        void send(int number) throws IOException;
    }

    /** Sends until the proxy has had enough. */
    private static void flood(Frames frames) throws IOException {
        try {
            for (int i = 0; i < 50_000; i++) {
                frames.send(i);
            }
        } catch (SocketException e) {
            // it has closed the connection
        }
    }

    private static long hits(Proxy proxy, Limit limit) {
        return proxy.traffic.totals().limitHits().getOrDefault(limit, 0L);
    }

    private static long memory() {
        return PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    private static void assertEnded(Proxy proxy, Http2Client client, Limit limit) throws IOException {
        int code = client.awaitGoAway();
        assertThat(code == ENHANCE_YOUR_CALM || code < 0).isTrue();
        await().untilAsserted(() -> assertThat(hits(proxy, limit)).isEqualTo(1));
        client.close();
        await().untilAsserted(
                        () -> assertThat(proxy.traffic.clientConnections()).isZero());
    }

    @Test
    void rapidReset_endsTheConnection() throws Exception {
        long before = memory();
        try (Backend backend = Backend.of(connection -> connection.readRequest());
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            flood(i -> client.get(i * 2 + 1, "/").frame(Http2Client.RST_STREAM, 0, i * 2 + 1, Http2Client.intBytes(8)));
            assertEnded(proxy, client, Limit.HTTP2_RESETS);
            assertThat(memory() - before).isLessThan(MEMORY);
        }
    }

    @Test
    void resetsOfAnsweredStreams_areNoOffence() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            for (int i = 0; i < 300; i++) {
                int stream = i * 2 + 1;
                client.get(stream, "/").await(stream);
                client.frame(Http2Client.RST_STREAM, 0, stream, Http2Client.intBytes(8));
            }
            assertThat(client.get(601, "/").await(601).text()).isEqualTo("ok");
            assertThat(hits(proxy, Limit.HTTP2_RESETS)).isZero();
        }
    }

    @Test
    void moreStreamsThanAllowed_areRefused_andTheOthersServed() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    try {
                        answer.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                });
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.silent(proxy.port())) {
            // The settings are never acknowledged: the limit counts from the first frame on.
            client.raw(Http2Client.PREFACE.getBytes(StandardCharsets.US_ASCII));
            client.frame(Http2Client.SETTINGS, 0, 0);
            for (int i = 0; i < 105; i++) {
                client.get(i * 2 + 1, "/");
            }
            for (int i = 100; i < 105; i++) {
                assertThat(client.await(i * 2 + 1).reset).isEqualTo(REFUSED_STREAM);
            }
            answer.countDown();
            for (int i = 0; i < 100; i++) {
                assertThat(client.await(i * 2 + 1).text()).isEqualTo("ok");
            }
            assertThat(hits(proxy, Limit.HTTP2_STREAMS)).isEqualTo(5);
        }
    }

    @Test
    void pings_endTheConnection() throws Exception {
        try (Proxy proxy = Proxy.to();
                Http2Client client = Http2Client.to(proxy.port())) {
            flood(i -> client.frame(Http2Client.PING, 0, 0, new byte[8]));
            assertEnded(proxy, client, Limit.HTTP2_CONTROL_FRAMES);
        }
    }

    /** A client that is still sending when the proxy has had enough of it can read why. */
    @Test
    void clientThatSendsOn_readsTheGoAway_andTheEnd() throws Exception {
        try (Proxy proxy = Proxy.to();
                Http2Client client = Http2Client.to(proxy.port())) {
            for (int i = 0; i < 2_100; i++) {
                client.frame(Http2Client.PING, Http2Client.ACK, 0, new byte[8]);
            }
            await().untilAsserted(() ->
                    assertThat(hits(proxy, Limit.HTTP2_CONTROL_FRAMES)).isEqualTo(1));
            Http2Client.Frame frame;
            do {
                client.get(1, "/");
                frame = client.read();
            } while (frame != null);
            assertThat(client.goAway).isEqualTo(ENHANCE_YOUR_CALM);
            client.get(3, "/");
            client.socket.shutdownOutput();
            await().untilAsserted(
                            () -> assertThat(proxy.traffic.clientConnections()).isZero());
        }
    }

    @Test
    void settings_endTheConnection() throws Exception {
        try (Proxy proxy = Proxy.to();
                Http2Client client = Http2Client.to(proxy.port())) {
            flood(i -> client.frame(Http2Client.SETTINGS, 0, 0));
            assertEnded(proxy, client, Limit.HTTP2_CONTROL_FRAMES);
        }
    }

    @Test
    void priorities_endTheConnection() throws Exception {
        try (Proxy proxy = Proxy.to();
                Http2Client client = Http2Client.to(proxy.port())) {
            flood(i -> client.frame(Http2Client.PRIORITY, 0, i * 2 + 1, new byte[] {0, 0, 0, 0, 5}));
            assertEnded(proxy, client, Limit.HTTP2_CONTROL_FRAMES);
        }
    }

    @Test
    void emptyData_endsTheConnection() throws Exception {
        try (Backend backend = Backend.of(connection -> connection.readRequest());
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            client.post(1, "/");
            flood(i -> client.frame(Http2Client.DATA, 0, 1));
            assertEnded(proxy, client, Limit.HTTP2_CONTROL_FRAMES);
        }
    }

    @Test
    void windowUpdatesOfABytes_endTheConnection() throws Exception {
        try (Proxy proxy = Proxy.to();
                Http2Client client = Http2Client.to(proxy.port())) {
            flood(i -> client.frame(Http2Client.WINDOW_UPDATE, 0, 0, Http2Client.intBytes(1)));
            assertEnded(proxy, client, Limit.HTTP2_CONTROL_FRAMES);
        }
    }

    @Test
    void continuations_endTheConnection() throws Exception {
        long before = memory();
        try (Proxy proxy = Proxy.to();
                Http2Client client = Http2Client.to(proxy.port())) {
            client.frame(Http2Client.HEADERS, 0, 1, client.block(":method", "GET"));
            byte[] crumb = client.block("x", "y");
            flood(i -> client.frame(Http2Client.CONTINUATION, 0, 1, crumb));
            assertEnded(proxy, client, Limit.HTTP2_HEADER_FRAMES);
            assertThat(memory() - before).isLessThan(MEMORY);
        }
    }

    @Test
    void largeContinuations_endTheConnection() throws Exception {
        long before = memory();
        try (Proxy proxy = Proxy.to();
                Http2Client client = Http2Client.to(proxy.port())) {
            client.frame(Http2Client.HEADERS, 0, 1, client.block(":method", "GET"));
            byte[] crumb = client.block("x", "y".repeat(16_000));
            flood(i -> client.frame(Http2Client.CONTINUATION, 0, 1, crumb));
            client.awaitGoAway();
            await().untilAsserted(
                            () -> assertThat(proxy.traffic.clientConnections()).isZero());
            await().untilAsserted(
                            () -> assertThat(hits(proxy, Limit.HEAD_BYTES)).isEqualTo(1));
            assertThat(memory() - before).isLessThan(MEMORY);
        }
    }

    /** A small block that names one large entry of the dynamic table many times. */
    @Test
    void headerBomb_is431() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            String[] fields = new String[8 + 2 * 200];
            System.arraycopy(
                    new String[] {":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/"},
                    0,
                    fields,
                    0,
                    8);
            for (int i = 8; i < fields.length; i += 2) {
                fields[i] = "x";
                fields[i + 1] = "y".repeat(3000);
            }
            byte[] block = client.block(fields);
            assertThat(block.length).isLessThan(16_384);
            client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS | Http2Client.END_STREAM, 1, block);
            Http2Client.Response response = client.await(1);
            assertThat(response.status()).isEqualTo("431");
            assertThat(hits(proxy, Limit.HEAD_BYTES)).isEqualTo(1);
            assertThat(backend.requests).isEmpty();
            assertThat(client.get(3, "/").await(3).text()).isEqualTo("ok");
        }
    }

    /** Answers that nobody reads: what is held is bounded by streams and windows. */
    @Test
    void unreadAnswers_holdBoundedMemory() throws Exception {
        long before = memory();
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + (64 << 20) + "\r\n\r\n");
                    byte[] block = new byte[64 * 1024];
                    for (int i = 0; i < 1024; i++) {
                        connection.socket.getOutputStream().write(block);
                    }
                });
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            client.givesCredit = false;
            for (int i = 0; i < 100; i++) {
                client.get(i * 2 + 1, "/");
            }
            for (int i = 0; i < 100; i++) {
                client.awaitHead(i * 2 + 1);
            }
            await().during(Duration.ofMillis(300)).until(() -> memory() - before < 3 * MEMORY);
        }
    }
}
