package io.backendpool.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.BackendGroup;
import io.backendpool.proxy.http.Backend;
import io.backendpool.proxy.http.Proxy;
import io.backendpool.proxy.http.Wire;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets to backends of HTTP/2: the extended CONNECT of RFC 8441, where they take it. */
@SuppressWarnings("StringConcatToTextBlock") // line ends are part of what is tested, and are written out
class WebSocketToHttp2Test {
    private static final String UPGRADE =
            "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    private static final String[] CONNECT = {
        ":method",
        "CONNECT",
        ":protocol",
        "websocket",
        ":scheme",
        "http",
        ":authority",
        "a",
        ":path",
        "/chat",
        "sec-websocket-version",
        "13"
    };
    /** SETTINGS_ENABLE_CONNECT_PROTOCOL = 1 */
    private static final byte[] TAKES = {0, 8, 0, 0, 0, 1};

    /** Sends {@code settings}, answers each HEADERS with {@code status}, and sends all DATA back, the end too. */
    private static Backend backend(String status, byte... settings) throws IOException {
        return Backend.of(connection -> {
            DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
            InputStream in = connection.socket.getInputStream();
            in.readNBytes(Http2Client.PREFACE.length());
            send(connection, Http2Client.SETTINGS, 0, 0, settings);
            for (Http2Client.Frame frame = Http2Client.Frame.next(in);
                    frame != null;
                    frame = Http2Client.Frame.next(in)) {
                int stream = frame.stream();
                switch (frame.type()) {
                    case Http2Client.SETTINGS -> {
                        if (frame.flags() == 0) {
                            send(connection, Http2Client.SETTINGS, Http2Client.ACK, 0);
                        }
                    }
                    case Http2Client.HEADERS -> {
                        connection.note(text(decoder, stream, frame.payload()));
                        send(connection, Http2Client.HEADERS, Http2Client.END_HEADERS, stream, block(status));
                    }
                    case Http2Client.DATA -> send(connection, Http2Client.DATA, frame.flags(), stream, frame.payload());
                    default -> {}
                }
            }
        });
    }

    private static void send(Backend.Connection connection, int type, int flags, int stream, byte... payload)
            throws IOException {
        connection.socket.getOutputStream().write(Http2Client.frameBytes(type, flags, stream, payload));
    }

    private static String text(DefaultHttp2HeadersDecoder decoder, int stream, byte[] block) throws IOException {
        try {
            return decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(block)).toString();
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    private static byte[] block(String status) throws IOException {
        Http2Headers headers = new DefaultHttp2Headers().status(status).add("sec-websocket-protocol", "chat");
        ByteBuf out = Unpooled.buffer();
        try {
            new DefaultHttp2HeadersEncoder((name, value) -> true).encodeHeaders(1, headers, out);
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
        return ByteBufUtil.getBytes(out);
    }

    private static Socket upgrade(Proxy proxy) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(UPGRADE.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static void assertEchoes(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(socket.getInputStream().readNBytes(text.length()), StandardCharsets.US_ASCII))
                .isEqualTo(text);
    }

    @Test
    void upgrade_becomesAConnect_andBothDirectionsEndByThemselves() throws Exception {
        try (Backend backend = backend("200", TAKES);
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, backend.port());
                Socket client = upgrade(proxy)) {
            String head = Wire.readHead(client.getInputStream());
            assertThat(head).startsWith("HTTP/1.1 101 ");
            assertThat(Wire.field(head, "Sec-WebSocket-Accept")).contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(Wire.field(head, "Sec-WebSocket-Protocol")).contains("chat");
            assertThat(backend.requests.getFirst())
                    .contains(":method: CONNECT", ":protocol: websocket", ":path: /chat", ":scheme: http")
                    .contains("sec-websocket-version: 13")
                    .doesNotContain("sec-websocket-key", "upgrade", "connection");
            assertEchoes(client, "hello");
            assertEchoes(client, "GET / HTTP/1.1\r\n\r\n");
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isNegative();
            await().untilAsserted(
                            () -> assertThat(proxy.traffic.totals().outcomes().get(Outcome.ANSWERED))
                                    .isEqualTo(1));
        }
    }

    @Test
    void connect_staysAConnect() throws Exception {
        try (Backend backend = backend("200", TAKES);
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, backend.port());
                Http2Client client = Http2Client.to(proxy.port())) {
            client.headers(1, false, CONNECT).data(1, false, "early");
            Http2Client.Response response = client.awaitHead(1);
            assertThat(response.status()).isEqualTo("200");
            assertThat(response.field("sec-websocket-accept")).isEqualTo("null");
            client.data(1, true, " and late");
            assertThat(client.await(1).text()).isEqualTo("early and late");
            assertThat(response.ended).isTrue();
        }
    }

    @Test
    void refusal_ofTheBackend_isAnOrdinaryResponse() throws Exception {
        try (Backend backend = backend("403", TAKES);
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, backend.port());
                Http2Client client = Http2Client.to(proxy.port())) {
            assertThat(client.headers(1, false, CONNECT).await(1).status()).isEqualTo("403");
        }
    }

    @Test
    void backendThatTakesNone_is502_withTheReason() throws Exception {
        try (Backend backend = backend("200");
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, backend.port());
                Socket client = upgrade(proxy)) {
            String head = Wire.readHead(client.getInputStream());
            assertThat(head).startsWith("HTTP/1.1 502 ");
            assertThat(Wire.readBody(client.getInputStream(), head, false))
                    .contains("takes no WebSocket", "SETTINGS_ENABLE_CONNECT_PROTOCOL");
            assertThat(backend.requests).isEmpty();
        }
    }

    @Test
    void backendThatTakesNone_isPassedOver_whereAnotherDoes() throws Exception {
        try (Backend none = backend("200");
                Backend takes = backend("200", TAKES);
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, none.port(), takes.port())) {
            for (int i = 0; i < 4; i++) {
                try (Socket client = upgrade(proxy)) {
                    assertThat(Wire.readHead(client.getInputStream())).startsWith("HTTP/1.1 101 ");
                }
            }
            assertThat(none.requests).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void tunnel_outlivesChangesThatKeepItsBackend_andIsCutAtTheDeadline(int changes) throws Exception {
        ProxyLimits limits = ProxyLimits.defaults().withDrainDeadline(Duration.ofMillis(500));
        try (Backend backend = backend("200", TAKES);
                Backend other = backend("200", TAKES);
                Proxy proxy = Proxy.to(limits, BackendGroup.Protocol.H2C, backend.port());
                Socket client = upgrade(proxy)) {
            Wire.readHead(client.getInputStream());
            for (int i = 0; i < changes; i++) {
                proxy.publish(backend.port(), other.port());
                assertEchoes(client, "still");
                proxy.publish(backend.port());
                assertEchoes(client, "still");
            }
            proxy.publish(other.port());
            assertEchoes(client, "draining");
            assertThat(isCut(client)).isTrue();
            assertThat(proxy.traffic.totals().limitHits().get(Limit.DRAIN_DEADLINE))
                    .isEqualTo(1);
        }
    }

    private static boolean isCut(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
