package io.backendpool.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.proxy.http.Backend;
import io.backendpool.proxy.http.Proxy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backends of HTTP/2 that misbehave, frame by frame; before them the proxy, and a client of HTTP/2. */
class BackendHttp2Test {
    /** Netty leaves 1 to those who upgrade. */
    static final int FIRST = 3;

    private interface OnRequest {
        void answer(Backend.Connection connection, int stream) throws IOException;
    }

    /** Reads frames and calls {@code onRequest} for each HEADERS. */
    private static Backend backend(OnRequest onRequest) throws IOException {
        return backend(Http2Client.HEADERS, onRequest);
    }

    /** Reads frames and calls {@code onFrame} for each of {@code type}. */
    private static Backend backend(int type, OnRequest onFrame) throws IOException {
        return Backend.of(connection -> {
            InputStream in = connection.socket.getInputStream();
            assertThat(new String(in.readNBytes(24), StandardCharsets.US_ASCII)).isEqualTo(Http2Client.PREFACE);
            send(connection, Http2Client.SETTINGS, 0, 0);
            for (Http2Client.Frame frame = Http2Client.Frame.next(in);
                    frame != null;
                    frame = Http2Client.Frame.next(in)) {
                if (frame.type() == Http2Client.SETTINGS && frame.flags() == 0) {
                    send(connection, Http2Client.SETTINGS, Http2Client.ACK, 0);
                } else if (frame.type() == type) {
                    onFrame.answer(connection, frame.stream());
                }
            }
        });
    }

    static void send(Backend.Connection connection, int type, int flags, int stream, byte... payload)
            throws IOException {
        connection.socket.getOutputStream().write(Http2Client.frameBytes(type, flags, stream, payload));
    }

    /** Fields that are written without Huffman and without a table (RFC 7541, 6.2.2). */
    static byte[] block(String... fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            out.write(0);
            for (int j = i; j < i + 2; j++) {
                out.write(fields[j].length());
                out.writeBytes(fields[j].getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        return out.toByteArray();
    }

    static void ok(Backend.Connection connection, int stream) throws IOException {
        send(connection, Http2Client.HEADERS, Http2Client.END_HEADERS, stream, block(":status", "200"));
        send(connection, Http2Client.DATA, Http2Client.END_STREAM, stream, (byte) 'o', (byte) 'k');
    }

    @ParameterizedTest
    @ValueSource(ints = {Http2Client.HEADERS, Http2Client.DATA})
    void refusedStream_isSentAgain_whateverItAsksFor_andWhateverOfItWasTaken(int refusedAt) throws Exception {
        AtomicInteger refused = new AtomicInteger();
        try (Backend refusing = backend(refusedAt, (connection, stream) -> {
                    refused.incrementAndGet();
                    send(connection, Http2Client.RST_STREAM, 0, stream, Http2Client.intBytes(7));
                });
                Backend good = backend(BackendHttp2Test::ok);
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, refusing.port(), good.port());
                Http2Client client = Http2Client.to(proxy.port())) {
            for (int i = 0; i < 4; i++) {
                client.post(i * 2 + 1, "/").data(i * 2 + 1, true, "body");
                assertThat(client.await(i * 2 + 1).text()).isEqualTo("ok");
            }
            assertThat(refused).hasPositiveValue();
        }
    }

    @Test
    void goAway_resendsWhatWasNotLookedAt_onANewConnection() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (Backend backend = backend((connection, stream) -> {
                    if (stream == FIRST + 2 && connections.getAndIncrement() == 0) {
                        send(connection, Http2Client.GOAWAY, 0, 0, Http2Client.intBytes(FIRST, 0));
                    } else {
                        ok(connection, stream);
                    }
                });
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, backend.port());
                Http2Client client = Http2Client.to(proxy.port())) {
            for (int i = 0; i < 4; i++) {
                client.post(i * 2 + 1, "/").data(i * 2 + 1, true, "body");
                assertThat(client.await(i * 2 + 1).text()).isEqualTo("ok");
            }
            assertThat(connections).hasPositiveValue();
        }
    }

    @Test
    void resetWithAnotherCode_is502_forWhatMayNotHappenTwice() throws Exception {
        try (Backend backend = backend((connection, stream) ->
                        send(connection, Http2Client.RST_STREAM, 0, stream, Http2Client.intBytes(2)));
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, backend.port());
                Http2Client client = Http2Client.to(proxy.port())) {
            client.post(1, "/").data(1, true, "body");
            assertThat(client.await(1).status()).isEqualTo("502");
            assertThat(client.response(1).text()).contains("internal_error");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":status=20",
                ":status=101",
                ":status=200|X-Upper=1",
                ":status=200|connection=close",
                ":status=200|transfer-encoding=chunked",
                ":status=200|x=a\r\nevil: 1",
                ":status=200|content-length=x",
                ":status=200|content-length=1",
                ":status=200|content-length=3",
                "x=1"
            })
    void malformedResponse_is502_andTheNextIsServed(String text) throws Exception {
        String[] fields = text.split("[|=]");
        try (Backend backend = backend((connection, stream) -> {
                    if (stream == FIRST) {
                        send(connection, Http2Client.HEADERS, Http2Client.END_HEADERS, stream, block(fields));
                        send(connection, Http2Client.DATA, Http2Client.END_STREAM, stream, (byte) 'o', (byte) 'k');
                    } else {
                        ok(connection, stream);
                    }
                });
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, backend.port());
                Http2Client client = Http2Client.to(proxy.port())) {
            client.post(1, "/").data(1, true, "body");
            Http2Client.Response response = client.await(1);
            assertThat(response.status().equals("502") || response.reset == 2).isTrue();
            client.post(3, "/").data(3, true, "body");
            assertThat(client.await(3).status()).isIn("200", "502");
            await().untilAsserted(() ->
                    assertThat(proxy.traffic.inFlight(backendKey(backend))).isZero());
        }
    }

    private static BackendKey backendKey(Backend backend) {
        return new BackendKey("web", "127.0.0.1", backend.port());
    }

    @Test
    void backendThatSpeaksNoHttp2_is502() throws Exception {
        try (Backend backend = Backend.sending("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, backend.port());
                Http2Client client = Http2Client.to(proxy.port())) {
            assertThat(client.get(1, "/").await(1).status()).isEqualTo("502");
        }
    }

    @Test
    void clientsReset_isTheBackends() throws Exception {
        AtomicInteger code = new AtomicInteger(-1);
        try (Backend backend = Backend.of(connection -> {
                    InputStream in = connection.socket.getInputStream();
                    in.readNBytes(24);
                    send(connection, Http2Client.SETTINGS, 0, 0);
                    for (Http2Client.Frame frame = Http2Client.Frame.next(in);
                            frame != null;
                            frame = Http2Client.Frame.next(in)) {
                        if (frame.type() == Http2Client.HEADERS) {
                            connection.note("HEADERS");
                        } else if (frame.type() == Http2Client.RST_STREAM) {
                            code.set(frame.code());
                        }
                    }
                });
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, backend.port());
                Http2Client client = Http2Client.to(proxy.port())) {
            client.post(1, "/");
            await().until(() -> !backend.requests.isEmpty());
            client.frame(Http2Client.RST_STREAM, 0, 1, Http2Client.intBytes(8));
            await().untilAsserted(() -> assertThat(code).hasValue(8));
        }
    }
}
