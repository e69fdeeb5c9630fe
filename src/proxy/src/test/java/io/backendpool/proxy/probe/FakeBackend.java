package io.backendpool.proxy.probe;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A real server on a loopback port that behaves as it is told, can go away and come back on the same port. */
final class FakeBackend implements AutoCloseable {
    /** What it does with a connection once the request's head is read. */
    sealed interface Behaviour {}

    record Answer(String bytes) implements Behaviour {}

    record Hang() implements Behaviour {}

    record HangUp() implements Behaviour {}

    record Reset() implements Behaviour {}

    private final int port;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private volatile Behaviour behaviour = status(200);
    private @Nullable ServerSocket server;

    FakeBackend() throws IOException {
        ServerSocket first = listen(0);
        port = first.getLocalPort();
        server = first;
        serve(first);
    }

    static Behaviour status(int status) {
        return new Answer("HTTP/1.1 " + status + " Whatever\r\nContent-Length: 3\r\n\r\nabc");
    }

    int port() {
        return port;
    }

    List<String> requests() {
        return requests;
    }

    void behave(Behaviour next) {
        behaviour = next;
    }

    /** No one listens any more. */
    void goDown() throws IOException {
        if (server != null) {
            server.close();
            server = null;
        }
        for (Socket connection : connections) {
            connection.close();
        }
    }

    void comeBack() throws IOException {
        ServerSocket again = listen(port);
        server = again;
        serve(again);
    }

    @Override
    public void close() throws IOException {
        goDown();
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 128);
        return server;
    }

    private void serve(ServerSocket open) {
        Thread.startVirtualThread(() -> {
            while (!open.isClosed()) {
                try {
                    Socket connection = open.accept();
                    connections.add(connection);
                    Thread.startVirtualThread(() -> serve(connection));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    private void serve(Socket connection) {
        try {
            requests.add(readHead(connection.getInputStream()));
            switch (behaviour) {
                case Answer answer -> {
                    connection.getOutputStream().write(answer.bytes().getBytes(StandardCharsets.ISO_8859_1));
                    connection.close();
                }
                case Hang hang -> connection.getInputStream().transferTo(OutputStream.nullOutputStream());
                case HangUp hangUp -> connection.close();
                case Reset reset -> {
                    connection.setSoLinger(true, 0);
                    connection.close();
                }
            }
        } catch (IOException e) {
            // The prober hung up, or the test has closed the socket.
        }
    }

    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return head.toString();
            }
            head.append((char) next);
        }
        return head.toString();
    }
}
