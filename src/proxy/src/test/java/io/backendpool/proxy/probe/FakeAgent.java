package io.backendpool.proxy.probe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A real agent on a loopback port: says what it is told to, to each connection, and closes it. */
final class FakeAgent implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    private volatile String words = "up ready 100%\n";

    FakeAgent() throws IOException {
        Thread.startVirtualThread(() -> {
            while (!server.isClosed()) {
                try (Socket connection = server.accept()) {
                    connection.getOutputStream().write(words.getBytes(StandardCharsets.ISO_8859_1));
                } catch (IOException end) {
                    // The prober hung up, or the test has closed the server.
                }
            }
        });
    }

    int port() {
        return server.getLocalPort();
    }

    void say(String next) {
        words = next;
    }

    /** No one listens any more. */
    void goAway() throws IOException {
        server.close();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
