package io.backendpool.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendGroup.ProxyProtocol;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.Listener.Protocol;
import io.backendpool.proxy.control.TestCertificate;
import io.backendpool.proxy.traffic.AccessRecord;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.traffic.StreamKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Real TLS clients and servers: who is asked for decides, and nobody in between can read it. */
class TlsPassthroughTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static SSLContext tls;
    private static TrustManagerFactory trust;

    @BeforeAll
    static void makeCertificate() throws Exception {
        TestCertificate own = TestCertificate.authority(Instant.parse("2100-01-01T00:00:00Z"));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", own.key(), new char[0], new Certificate[] {own.certificate()});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    }

    /** A TLS server that says its name to each client. */
    private static final class TlsBackend implements AutoCloseable {
        private final SSLServerSocket server;
        private final byte[] name;
        private final String group;

        TlsBackend(String group) throws IOException {
            this.group = group;
            this.name = (group + "\n").getBytes(StandardCharsets.US_ASCII);
            server = (SSLServerSocket)
                    tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
            Thread.ofVirtual().start(this::accept);
        }

        private void accept() {
            try {
                while (true) {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> serve(socket));
                }
            } catch (IOException e) {
                // closed: the end of the test
            }
        }

        private void serve(Socket socket) {
            try (socket) {
                socket.getOutputStream().write(name);
                socket.getInputStream().readAllBytes();
            } catch (IOException e) {
                // The client sees it, too.
            }
        }

        BackendKey key() {
            return StreamProxy.key(group, server.getLocalPort());
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static BackendGroup group(String name, String... serverNames) {
        return new BackendGroup(name, 100, BackendGroup.Protocol.HTTP, null, ProxyProtocol.NONE, List.of(serverNames));
    }

    /** Who answers a client that asks for {@code serverName}; null: it asks for nobody. */
    private static String ask(int port, @Nullable String serverName) throws Exception {
        // Each client is a new one: the JDK would ask for the name of a session that it resumes.
        SSLContext client = SSLContext.getInstance("TLS");
        client.init(null, trust.getTrustManagers(), null);
        try (SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            if (serverName != null) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setServerNames(List.of(new SNIHostName(serverName)));
                socket.setSSLParameters(parameters);
            }
            StringBuilder name = new StringBuilder();
            for (int next = socket.getInputStream().read(); next > 0 && next != '\n'; ) {
                name.append((char) next);
                next = socket.getInputStream().read();
            }
            return name.toString();
        }
    }

    @Test
    void serverName_leadsToItsGroup() throws Exception {
        try (TlsBackend shop = new TlsBackend("shop");
                TlsBackend wide = new TlsBackend("wide");
                TlsBackend wider = new TlsBackend("wider");
                TlsBackend rest = new TlsBackend("rest");
                StreamProxy proxy = new StreamProxy()) {
            proxy.groups = List.of(
                    group("rest"),
                    group("shop", "shop.example.com"),
                    group("wide", "*.eu.example.com", "shop2.example.com"),
                    group("wider", "*.example.com"));
            int port = proxy.serve(Protocol.TLS, shop.key(), wide.key(), wider.key(), rest.key());
            assertThat(ask(port, "shop.example.com")).isEqualTo("shop");
            assertThat(ask(port, "SHOP.example.com")).isEqualTo("shop");
            assertThat(ask(port, "shop2.example.com")).isEqualTo("wide");
            assertThat(ask(port, "a.eu.example.com")).isEqualTo("wide");
            assertThat(ask(port, "a.b.eu.example.com")).isEqualTo("wide");
            assertThat(ask(port, "eu.example.com")).isEqualTo("wider");
            assertThat(ask(port, "a.example.com")).isEqualTo("wider");
            assertThat(ask(port, "example.com")).isEqualTo("rest");
            assertThat(ask(port, "other.org")).isEqualTo("rest");
            assertThat(ask(port, null)).isEqualTo("rest");
            await().until(() -> proxy.accessLog.size() == 10);
            assertThat(proxy.accessLog)
                    .extracting(AccessRecord::target)
                    .contains("shop.example.com", "a.b.eu.example.com", "");
            assertThat(proxy.accessLog).extracting(AccessRecord::method).containsOnly("TLS");
        }
    }

    @Test
    void groupsOfOneName_shareByWeight() throws Exception {
        try (TlsBackend blue = new TlsBackend("blue");
                TlsBackend green = new TlsBackend("green");
                TlsBackend other = new TlsBackend("other");
                StreamProxy proxy = new StreamProxy()) {
            proxy.groups = List.of(
                    new BackendGroup(
                            "blue", 3, BackendGroup.Protocol.HTTP, null, ProxyProtocol.NONE, List.of("a.example")),
                    new BackendGroup(
                            "green", 1, BackendGroup.Protocol.HTTP, null, ProxyProtocol.NONE, List.of("a.example")),
                    group("other", "b.example"));
            int port = proxy.serve(Protocol.TLS, blue.key(), green.key(), other.key());
            int blues = 0;
            for (int i = 0; i < 8; i++) {
                blues += ask(port, "a.example").equals("blue") ? 1 : 0;
            }
            assertThat(blues).isEqualTo(6);
            proxy.unhealthy.add(blue.key());
            proxy.publish();
            assertThat(ask(port, "a.example")).isEqualTo("green");
            assertThat(ask(port, "b.example")).isEqualTo("other");
        }
    }

    @Test
    void nameOfNoGroup_isAnsweredWithTheAlert() throws Exception {
        try (TlsBackend shop = new TlsBackend("shop");
                StreamProxy proxy = new StreamProxy()) {
            proxy.groups = List.of(group("shop", "shop.example.com"));
            int port = proxy.serve(Protocol.TLS, shop.key());
            assertThatThrownBy(() -> ask(port, "other.org"))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("unrecognized_name");
            assertThatThrownBy(() -> ask(port, null)).hasMessageContaining("unrecognized_name");
            await().until(() -> proxy.ended(StreamKind.TLS, Outcome.REFUSED) == 2);
            assertThat(ask(port, "shop.example.com")).isEqualTo("shop");
        }
    }

    @Test
    void whatIsNoTls_isAnsweredWithAnAlert() throws Exception {
        try (StreamProxy proxy = new StreamProxy();
                Socket client = StreamProxy.connect(proxy.serve(Protocol.TLS))) {
            client.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().readAllBytes())
                    .containsExactly(21, 3, 3, 0, 2, 2, ClientHello.UNEXPECTED_MESSAGE);
        }
    }

    @Test
    void helloInManySegmentsAndRecords_arrivesAsItIs() throws Exception {
        byte[] hello = HelloBytes.records(HelloBytes.messageOf(HelloBytes.ofJdk("a.example", "TLSv1.3")), 40);
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy();
                Socket client = StreamProxy.connect(proxy.serve(Protocol.TLS, backend.key()))) {
            for (int at = 0; at < hello.length; at += 11) {
                client.getOutputStream().write(Arrays.copyOfRange(hello, at, Math.min(hello.length, at + 11)));
            }
            client.getOutputStream().write("early data".getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            byte[] received = backend.take().getInputStream().readAllBytes();
            assertThat(Arrays.copyOf(received, hello.length)).isEqualTo(hello);
            assertThat(received).hasSize(hello.length + 10);
        }
    }

    @Test
    void slowHello_isCut_andADrainDoesNotWaitForIt() throws Exception {
        try (StreamProxy proxy = new StreamProxy()) {
            proxy.policy = StreamProxy.policy(StreamProxy.SHORT, LONG, LONG);
            int port = proxy.serve(Protocol.TLS);
            try (Socket client = StreamProxy.connect(port)) {
                client.getOutputStream().write(22);
                assertThat(client.getInputStream().read()).isNegative();
            }
            assertThat(proxy.traffic.totals().limitHits()).containsEntry(Limit.REQUEST_HEAD_TIMEOUT, 1L);
        }
    }
}
