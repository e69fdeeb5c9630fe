package io.backendpool.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.TrafficPolicy;
import io.backendpool.proxy.http.Backend;
import io.backendpool.proxy.http.Policies;
import io.backendpool.proxy.http.Proxy;
import io.backendpool.proxy.http.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bodies of HTTP/2 clients pass whole, whoever is slow, and what cannot be passed on yet is not asked for. */
class Http2BackpressureTest {
    /** Of a frame, which has no more unless the other side allows it. */
    private static final int DATA_LENGTH = 16_384;

    @Test
    void slowClient_stopsTheBackend_andGetsAllInTheEnd() throws Exception {
        long size = 32L << 20;
        AtomicLong sent = new AtomicLong();
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
                    byte[] block = new byte[64 * 1024];
                    while (sent.get() < size) {
                        connection.socket.getOutputStream().write(block);
                        sent.addAndGet(block.length);
                    }
                });
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            client.givesCredit = false;
            client.get(1, "/");
            Http2Client.Response response = client.response(1);
            while (response.body.size() < 65_535) {
                assertThat(client.read()).isNotNull();
            }
            await().during(Duration.ofMillis(300)).until(() -> sent.get() < size / 2);
            client.givesCredit = true;
            client.frame(Http2Client.WINDOW_UPDATE, 0, 0, Http2Client.intBytes(1 << 20));
            client.frame(Http2Client.WINDOW_UPDATE, 0, 1, Http2Client.intBytes(1 << 20));
            assertThat(client.await(1).body.size()).isEqualTo((int) size);
        }
    }

    @Test
    void slowBackend_getsCreditForNoMoreThanTheWindow() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        try (Backend backend = Backend.of(connection -> {
                    String head = connection.readHead();
                    connection.await(read);
                    int length = connection.readBody(head).length();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    assertThat(length).isPositive();
                });
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            client.post(1, "/");
            long credit = 65_535;
            long size = 24L << 20;
            long sent = 0;
            client.socket.setSoTimeout(500);
            try {
                while (sent < size) {
                    while (credit - sent < DATA_LENGTH) {
                        credit += creditOf(client.read(), 1);
                    }
                    client.frame(Http2Client.DATA, 0, 1, new byte[DATA_LENGTH]);
                    sent += DATA_LENGTH;
                }
            } catch (SocketTimeoutException e) {
                // no more credit: as it should be
            }
            assertThat(sent).isLessThan(size);
            client.socket.setSoTimeout(10_000);
            read.countDown();
            client.frame(Http2Client.DATA, Http2Client.END_STREAM, 1);
            assertThat(client.await(1).text()).isEqualTo("ok");
        }
    }

    /** As much as the client may send comes before a backend can take any of it. */
    @ParameterizedTest
    @CsvSource({"true, 100", "false, 100", "true, 80000"})
    void requestThatWaited_isSentWhole(boolean withLength, int headLength) throws Exception {
        CountDownLatch let = new CountDownLatch(1);
        byte[] body = new byte[2 * Http2Limits.DEFAULT.streamWindow()];
        new Random(1).nextBytes(body);
        byte[] expected = withLength ? body : chunks(body);
        TrafficPolicy policy = Policies.with(Policies.connections(1, 10), 1 << 20);
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    connection.await(let);
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    byte[] got = Wire.bytes(connection.readBody(connection.readHead()));
                    String where = "wrong from " + Arrays.mismatch(got, expected);
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s".formatted(where.length(), where));
                });
                Proxy proxy = Proxy.to(policy, backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            // Its settings are known, and that they are is acknowledged.
            creditUntilPong(client, 3);
            client.get(1, "/");
            await().until(() -> backend.requests.size() == 1);
            List<String> fields = new ArrayList<>(List.of("x-long", "x".repeat(headLength)));
            if (withLength) {
                fields.addAll(List.of("content-length", "" + body.length));
            }
            client.post(3, "/", fields.toArray(String[]::new));
            int sent = 0;
            for (; sent < body.length / 2; sent += DATA_LENGTH) {
                client.frame(Http2Client.DATA, 0, 3, Arrays.copyOfRange(body, sent, sent + DATA_LENGTH));
            }
            long credit = body.length / 2 + creditUntilPong(client, 3);

            let.countDown();
            for (; sent < body.length; sent += DATA_LENGTH) {
                while (credit - sent < DATA_LENGTH) {
                    credit += creditOf(client.read(), 3);
                }
                client.frame(Http2Client.DATA, 0, 3, Arrays.copyOfRange(body, sent, sent + DATA_LENGTH));
            }
            client.frame(Http2Client.DATA, Http2Client.END_STREAM, 3);
            assertThat(client.await(3).text()).isEqualTo("wrong from -1");
        }
    }

    /** All of it comes at once, more than is kept for a second try, and a connection to the backend is there. */
    @Test
    void requestThatCameAtOnce_isSentWhole_onAConnectionThatIsThere() throws Exception {
        int size = Http2Limits.DEFAULT.streamWindow();
        try (Backend backend = Backend.of(connection -> {
                    for (String head = connection.readHead(); !head.isEmpty(); head = connection.readHead()) {
                        String got = "" + connection.readBody(head).length();
                        connection.send("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s".formatted(got.length(), got));
                    }
                });
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            creditUntilPong(client, 3);
            assertThat(client.get(1, "/").await(1).text()).isEqualTo("0");
            // Several times, for at first the kernel holds less of a connection's bytes.
            for (int stream = 3; stream < 23; stream += 2) {
                ByteArrayOutputStream all = new ByteArrayOutputStream();
                byte[] head = client.block(
                        ":method",
                        "PUT",
                        ":scheme",
                        "http",
                        ":authority",
                        "a",
                        ":path",
                        "/",
                        "content-length",
                        "" + size);
                all.write(Http2Client.frameBytes(Http2Client.HEADERS, Http2Client.END_HEADERS, stream, head));
                for (int sent = 0; sent < size; sent += DATA_LENGTH) {
                    int end = sent + DATA_LENGTH == size ? Http2Client.END_STREAM : 0;
                    all.write(Http2Client.frameBytes(Http2Client.DATA, end, stream, new byte[DATA_LENGTH]));
                }
                CountDownLatch sent = new CountDownLatch(1);
                proxy.hold(sent);
                client.raw(all.toByteArray());
                sent.countDown();
                assertThat(client.await(stream).text()).isEqualTo("" + size);
            }
        }
    }

    /** As each of the frames becomes one. */
    private static byte[] chunks(byte[] body) {
        StringBuilder chunks = new StringBuilder();
        for (int from = 0; from < body.length; from += DATA_LENGTH) {
            chunks.append(Integer.toHexString(DATA_LENGTH) + "\r\n")
                    .append(new String(body, from, DATA_LENGTH, StandardCharsets.ISO_8859_1))
                    .append("\r\n");
        }
        return Wire.bytes(chunks.append("0\r\n\r\n").toString());
    }

    /** What {@code stream} gets until the proxy has seen all that was sent. */
    private static long creditUntilPong(Http2Client client, int stream) throws IOException {
        client.frame(Http2Client.PING, 0, 0, new byte[8]);
        long credit = 0;
        Http2Client.Frame frame;
        while ((frame = client.read()) != null && frame.type() != Http2Client.PING) {
            credit += creditOf(frame, stream);
        }
        return credit;
    }

    /** The stream's credit, of which the connection has more. */
    private static int creditOf(Http2Client.@Nullable Frame frame, int stream) {
        if (frame == null) {
            throw new AssertionError("the connection ended");
        }
        if (frame.type() == Http2Client.SETTINGS && !frame.has(Http2Client.ACK)) {
            return Http2Limits.DEFAULT.streamWindow() - 65_535;
        }
        return frame.type() == Http2Client.WINDOW_UPDATE && frame.stream() == stream ? frame.code() : 0;
    }
}
