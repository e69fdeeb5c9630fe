package io.backendpool.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendGroup.ProxyProtocol;
import io.backendpool.pool.ClientLimits;
import io.backendpool.pool.IpRange;
import io.backendpool.pool.Listener;
import io.backendpool.pool.Listener.Protocol;
import io.backendpool.proxy.traffic.AccessRecord;
import io.backendpool.proxy.warmup.FreePorts;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The PROXY protocol in front of connections from clients, and of connections to backends. */
class ProxyProtocolTest {
    private static final String HEADER = "PROXY TCP4 203.0.113.9 198.51.100.1 50000 443\r\n";
    private static final Duration LONG = Duration.ofSeconds(60);

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String receive(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    /** Up to the empty line. */
    private static String receiveHead(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                break;
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static int serve(StreamProxy proxy, Protocol protocol, String trusted) throws Exception {
        int port = FreePorts.next();
        assertThat(proxy.apply(new Listener("in", port, protocol, null, List.of(IpRange.parse(trusted)))))
                .isNull();
        return port;
    }

    private static List<BackendGroup> sending(ProxyProtocol version) {
        return List.of(new BackendGroup("web", 100, BackendGroup.Protocol.HTTP, null, version, List.of()));
    }

    @Test
    void tcp_headerIsTakenAway_andTheClientIsKnown() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            proxy.backends = List.of(backend.key());
            int port = serve(proxy, Protocol.TCP, "127.0.0.0/8");
            try (Socket client = StreamProxy.connect(port)) {
                send(client, HEADER + "hello");
                client.shutdownOutput();
                try (Socket server = backend.take()) {
                    assertThat(server.getInputStream().readAllBytes())
                            .asString()
                            .isEqualTo("hello");
                }
                assertThat(client.getInputStream().read()).isNegative();
            }
            await().until(() -> proxy.accessLog.size() == 1);
            assertThat(proxy.accessLog.getFirst()).returns("203.0.113.9", AccessRecord::client);
        }
    }

    @Test
    void http_headerInPieces_setsTheForwardedField() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            proxy.backends = List.of(backend.key());
            int port = serve(proxy, Protocol.HTTP, "127.0.0.1");
            try (Socket client = StreamProxy.connect(port)) {
                for (int i = 0; i < HEADER.length(); i++) {
                    client.getOutputStream().write(HEADER.charAt(i));
                }
                send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                Socket server = backend.take();
                assertThat(receiveHead(server)).contains("X-Forwarded-For: 203.0.113.9\r\n");
                send(server, "HTTP/1.1 204 No Content\r\n\r\n");
                assertThat(receive(client, 12)).isEqualTo("HTTP/1.1 204");
                assertThat(proxy.accessLog.getFirst()).returns("203.0.113.9", AccessRecord::client);
            }
        }
    }

    @Test
    void missingOrMalformedOrLateHeader_closesTheConnection_andIsCounted() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            proxy.backends = List.of(backend.key());
            proxy.policy = StreamProxy.policy(StreamProxy.SHORT, LONG, LONG);
            int port = serve(proxy, Protocol.HTTP, "127.0.0.0/8");
            // The pool is live now, and with it the short timeout.
            for (String start : List.of("GET / HTTP/1.1\r\n\r\n", "PROXY TCP4 nonsense\r\n", "PROXY TCP4 203.")) {
                try (Socket client = StreamProxy.connect(port)) {
                    send(client, start);
                    assertClosed(client);
                }
            }
            await().until(() -> proxy.traffic.totals().streams().proxyHeadersRefused() == 3);
            assertThat(backend.count()).isZero();
            await().until(() -> proxy.listeners.connections() == 0);
        }
    }

    /** In order, or by a reset where what was sent had not been read. */
    private static void assertClosed(Socket client) {
        try {
            assertThat(client.getInputStream().read()).isNegative();
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @Test
    void fromElsewhere_noHeaderIsExpected() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            proxy.backends = List.of(backend.key());
            int port = serve(proxy, Protocol.TCP, "10.0.0.0/8");
            try (Socket client = StreamProxy.connect(port)) {
                send(client, HEADER);
                assertThat(receive(backend.take(), HEADER.length())).isEqualTo(HEADER);
            }
        }
    }

    @Test
    void connectionsPerClient_areThoseOfTheClientInTheHeader() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            proxy.backends = List.of(backend.key());
            proxy.policy = StreamProxy.policy(StreamProxy.TIMEOUTS, new ClientLimits(100, 1, 65_536));
            int port = serve(proxy, Protocol.TCP, "127.0.0.0/8");
            try (Socket first = StreamProxy.connect(port);
                    Socket other = StreamProxy.connect(port);
                    Socket second = StreamProxy.connect(port)) {
                send(first, HEADER + "1");
                assertThat(receive(backend.take(), 1)).isEqualTo("1");
                send(other, HEADER.replace("203.0.113.9", "203.0.113.10") + "2");
                assertThat(receive(backend.take(), 1)).isEqualTo("2");
                send(second, HEADER);
                assertClosed(second);
            }
        }
    }

    @Test
    void tcp_backendIsToldOfTheClient_inBothVersions() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            proxy.backends = List.of(backend.key());
            proxy.groups = sending(ProxyProtocol.V1);
            int port = serve(proxy, Protocol.TCP, "127.0.0.0/8");
            try (Socket client = StreamProxy.connect(port)) {
                send(client, HEADER + "x");
                assertThat(receive(backend.take(), HEADER.length() + 1)).isEqualTo(HEADER + "x");
            }
            proxy.groups = sending(ProxyProtocol.V2);
            proxy.publish();
            try (Socket client = StreamProxy.connect(port)) {
                send(client, "PROXY TCP6 2001:db8::9 2001:db8::1 50000 443\r\nx");
                String told = receive(backend.take(), 16 + 36 + 1);
                assertThat(told)
                        .startsWith("\r\n\r\n\0\r\nQUIT\n!!\0$ \u0001\r\u00b8")
                        .endsWith("x");
            }
        }
    }

    @Test
    void http_connectionThatTellsOfOneClient_isReusedByThisOneAlone_andEndsWithIt() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            proxy.backends = List.of(backend.key());
            proxy.groups = sending(ProxyProtocol.V1);
            int port = serve(proxy, Protocol.HTTP, "10.0.0.0/8");
            try (Socket first = StreamProxy.connect(port);
                    Socket second = StreamProxy.connect(port)) {
                Socket firstServer = exchange(first, backend, null);
                exchange(first, backend, firstServer);
                Socket secondServer = exchange(second, backend, null);
                assertThat(backend.count()).isEqualTo(2);
                first.shutdownOutput();
                assertThat(firstServer.getInputStream().read()).isNegative();
                exchange(second, backend, secondServer);
            }
            await().until(() -> proxy.listeners.connections() == 0);
        }
    }

    /** One request and its response; the header is there exactly where the connection is new. */
    private static Socket exchange(Socket client, TcpBackend backend, @org.jspecify.annotations.Nullable Socket known)
            throws Exception {
        send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Socket server = known == null ? backend.take() : known;
        String head = receiveHead(server);
        String told = "PROXY TCP4 127.0.0.1 127.0.0.1 " + client.getLocalPort() + " " + client.getPort() + "\r\n";
        assertThat(head).startsWith(known == null ? told + "GET / " : "GET / ");
        send(server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assertThat(receiveHead(client)).startsWith("HTTP/1.1 200");
        assertThat(receive(client, 2)).isEqualTo("ok");
        return server;
    }
}
