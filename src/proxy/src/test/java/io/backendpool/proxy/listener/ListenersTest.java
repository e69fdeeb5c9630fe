package io.backendpool.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backendpool.proxy.http.Proxy;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.backendpool.proxy.warmup.FreePorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Ports come and go without disturbing the others. */
class ListenersTest {
    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void get(Socket socket) throws IOException {
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** One response of the proxy's own, or what comes until the end. */
    private static String read(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        int next;
        while ((next = in.read()) >= 0) {
            text.write(next);
            if (next == '\n' && text.toString(StandardCharsets.US_ASCII).endsWith("yet\n")) {
                break;
            }
        }
        return text.toString(StandardCharsets.US_ASCII);
    }

    private static Proxy proxy() throws Exception {
        return new Proxy(ProxyLimits.defaults(), null, 2);
    }

    @Test
    void newPort_isServedByEachLoop_andTheOldOneKeepsItsConnections() throws Exception {
        try (Proxy proxy = proxy();
                Socket old = connect(proxy.port())) {
            int more = FreePorts.next();
            assertThat(proxy.apply(List.of(Proxy.listener("http", proxy.port()), Proxy.listener("more", more))))
                    .isNull();
            assertThat(proxy.listeners.boundPort("more")).isEqualTo(more);
            for (int i = 0; i < 4; i++) {
                try (Socket socket = connect(more)) {
                    get(socket);
                    assertThat(read(socket)).startsWith("HTTP/1.1 503 ");
                }
            }
            get(old);
            assertThat(read(old)).startsWith("HTTP/1.1 503 ").doesNotContain("Connection: close");
        }
    }

    @Test
    void removedPort_refusesNewConnections_andClosesIdleOnes() throws Exception {
        try (Proxy proxy = proxy()) {
            int more = FreePorts.next();
            proxy.apply(List.of(Proxy.listener("http", proxy.port()), Proxy.listener("more", more)));
            try (Socket idle = connect(more);
                    Socket kept = connect(proxy.port())) {
                await().until(() -> proxy.listeners.connections() == 2);
                assertThat(proxy.apply(List.of(Proxy.listener("http", proxy.port()))))
                        .isNull();
                assertThat(idle.getInputStream().read()).isNegative();
                await().untilAsserted(() ->
                        assertThatThrownBy(() -> connect(more).close()).isInstanceOf(ConnectException.class));
                get(kept);
                assertThat(read(kept)).startsWith("HTTP/1.1 503 ");
            }
            assertThatThrownBy(() -> proxy.listeners.boundPort("more")).hasMessageContaining("listener: more");
            assertThat(proxy.apply(List.of(Proxy.listener("http", proxy.port()), Proxy.listener("again", more))))
                    .isNull();
        }
    }

    @Test
    void renamedListener_keepsItsPort() throws Exception {
        try (Proxy proxy = proxy();
                Socket old = connect(proxy.port())) {
            assertThat(proxy.apply(List.of(Proxy.listener("web", proxy.port()))))
                    .isNull();
            assertThat(proxy.listeners.boundPort("web")).isEqualTo(proxy.port());
            get(old);
            assertThat(read(old)).startsWith("HTTP/1.1 503 ");
        }
    }

    @Test
    void portInUse_changesNothing() throws Exception {
        try (Proxy proxy = proxy();
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int free = FreePorts.next();
            assertThat(proxy.apply(List.of(Proxy.listener("a", free), Proxy.listener("b", other.getLocalPort()))))
                    .isEqualTo("listener b: port " + other.getLocalPort() + " is in use");
            assertThat(proxy.listeners.boundPort("http")).isEqualTo(proxy.port());
            connect(proxy.port()).close();
            await().untilAsserted(() ->
                    assertThatThrownBy(() -> connect(free).close()).isInstanceOf(ConnectException.class));
        }
    }

    @Test
    void drain_finishesWhatIsInFlight_andCutsTheRestAtTheDeadline() throws Exception {
        try (Proxy proxy = proxy();
                ServerSocket backend = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            proxy.publish(backend.getLocalPort());
            try (Socket finishing = connect(proxy.port());
                    Socket hanging = connect(proxy.port());
                    Socket idle = connect(proxy.port())) {
                get(finishing);
                Socket finishingBackend = backend.accept();
                get(hanging);
                Socket hangingBackend = backend.accept();
                await().until(() -> proxy.listeners.connections() == 3);

                CompletableFuture<Void> drained =
                        proxy.listeners.drain(Duration.ofSeconds(4)).toCompletableFuture();
                assertThat(idle.getInputStream().read()).isNegative();
                finishingBackend
                        .getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nyet\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(read(finishing)).contains("Connection: close\r\n").endsWith("yet\n");
                assertThat(drained).isNotDone();
                await().until(drained::isDone);
                await().untilAsserted(
                                () -> assertThat(proxy.listeners.connections()).isZero());
                finishingBackend.close();
                hangingBackend.close();
            }
        }
    }

    @Test
    void drain_whileAClientGoesOnAsking_answersAndSaysThatItWasTheLast() throws Exception {
        try (Proxy proxy = proxy();
                ServerSocket backend = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            backend.setSoTimeout(10_000);
            proxy.publish(backend.getLocalPort());
            try (Socket client = connect(proxy.port())) {
                await().until(() -> proxy.listeners.connections() == 1);
                CompletableFuture<Void> drained =
                        proxy.listeners.drain(Duration.ofSeconds(20)).toCompletableFuture();
                await().untilAsserted(() ->
                        assertThatThrownBy(() -> connect(proxy.port()).close()).isInstanceOf(ConnectException.class));
                // It cannot know yet: to close on it now would lose its request.
                get(client);
                try (Socket atBackend = backend.accept()) {
                    atBackend
                            .getOutputStream()
                            .write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlast\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    assertThat(read(client)).contains("Connection: close\r\n").endsWith("last\n");
                }
                client.shutdownOutput();
                await().until(drained::isDone);
            }
        }
    }
}
