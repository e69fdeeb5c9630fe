package io.backendpool.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.proxy.http.Backend;
import io.backendpool.proxy.http.Proxy;
import io.backendpool.proxy.http.Wire;
import org.junit.jupiter.api.Test;

/** WebSockets by extended CONNECT (RFC 8441), before backends of HTTP/1.1. */
class WebSocketOverHttp2Test {
    private static final String[] CONNECT = {
        ":method", "CONNECT",
        ":protocol", "websocket",
        ":scheme", "http",
        ":authority", "a",
        ":path", "/chat",
        "sec-websocket-version", "13",
        "sec-websocket-protocol", "chat"
    };
    private static final String SWITCHED = String.join(
            "\r\n",
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Accept: x",
            "Sec-WebSocket-Protocol: chat",
            "",
            "");

    @Test
    void connect_becomesAnUpgrade_andBytesPassBothWays() throws Exception {
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    connection.send(SWITCHED);
                    connection.socket.getInputStream().transferTo(connection.socket.getOutputStream());
                });
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            client.headers(1, false, CONNECT).data(1, false, "early");
            Http2Client.Response response = client.awaitHead(1);
            assertThat(response.status()).isEqualTo("200");
            assertThat(response.field("sec-websocket-protocol")).isEqualTo("chat");
            assertThat(response.field("sec-websocket-accept")).isEqualTo("null");
            assertThat(response.field("upgrade")).isEqualTo("null");
            String request = backend.requests.getFirst();
            assertThat(request).startsWith("GET /chat HTTP/1.1\r\n");
            assertThat(Wire.field(request, "Upgrade")).contains("websocket");
            assertThat(Wire.field(request, "Connection")).contains("Upgrade");
            assertThat(Wire.field(request, "Sec-WebSocket-Key").orElse("")).hasSize(24);

            client.data(1, false, " and late");
            while (response.body.size() < "early and late".length()) {
                assertThat(client.read()).isNotNull();
            }
            assertThat(response.text()).isEqualTo("early and late");
            assertThat(response.ended).isFalse();

            // The client's end is passed on; the backend ends, too.
            client.frame(Http2Client.DATA, Http2Client.END_STREAM, 1);
            assertThat(client.await(1).ended).isTrue();
        }
    }

    @Test
    void refusal_ofTheBackend_isAnOrdinaryResponse() throws Exception {
        try (Backend backend = Backend.sending("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            Http2Client.Response response = client.headers(1, false, CONNECT).await(1);
            assertThat(response.status()).isEqualTo("403");
            assertThat(response.text()).isEqualTo("no");
        }
    }

    @Test
    void anotherProtocol_isNotImplemented() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            String[] other = CONNECT.clone();
            other[3] = "connect-udp";
            assertThat(client.headers(1, false, other).await(1).status()).isEqualTo("501");
        }
    }
}
