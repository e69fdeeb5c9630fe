package io.backendpool.proxy.http;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A backend made of a raw socket: each connection is handled by a script on a thread of its own. */
public final class Backend implements AutoCloseable {
    /** What a backend does with a connection. */
    public interface Script {
        void serve(Connection connection) throws IOException;
    }

    private final ServerSocket server;
    private final Script script;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    public final List<String> requests = new CopyOnWriteArrayList<>();
    final List<String> failures = new CopyOnWriteArrayList<>();

    private Backend(Script script) throws IOException {
        this.script = script;
        this.server = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public static Backend of(Script script) throws IOException {
        return new Backend(script);
    }

    /** Answers each request with 200 and {@code body}. */
    public static Backend answering(String body) throws IOException {
        return of(connection -> {
            while (connection.readRequest() != null) {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            }
        });
    }

    /** Answers each request with the same bytes, and keeps the connection open. */
    public static Backend sending(String response) throws IOException {
        return of(connection -> {
            while (connection.readRequest() != null) {
                connection.send(response);
            }
        });
    }

    /** Answers one request with these bytes and closes the connection. */
    public static Backend sendingAndClosing(String response) throws IOException {
        return of(connection -> {
            if (connection.readRequest() != null) {
                connection.send(response);
            }
        });
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Connections since the start. */
    int accepted() {
        return accepted.get();
    }

    public int openConnections() {
        return (int) open.stream().filter(socket -> !socket.isClosed()).count();
    }

    /** Closes all connections, and returns when the kernel of the other side knows: Linux only. */
    public void closeConnections() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
        await().until(() -> !Kernel.anyEstablishedTo(port()));
    }

    /** The same with a reset. */
    public void resetConnections() throws IOException {
        for (Socket socket : open) {
            if (!socket.isClosed()) {
                socket.setSoLinger(true, 0);
            }
        }
        closeConnections();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                if (server.isClosed()) {
                    // A closing server socket may still take the connection that waits.
                    socket.close();
                    return;
                }
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed: the end of the test
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            script.serve(new Connection(this, socket, accepted.incrementAndGet()));
        } catch (IOException e) {
            failures.add(e.toString());
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    /** One accepted connection. */
    public static final class Connection {
        private final Backend backend;
        public final Socket socket;
        private final int number;
        private final InputStream in;
        private String last = "";

        Connection(Backend backend, Socket socket, int number) throws IOException {
            this.number = number;
            this.backend = backend;
            this.socket = socket;
            this.in = socket.getInputStream();
        }

        /** The head of the next request and its body, as text; null: the proxy closed the connection. */
        @Nullable
        public String readRequest() throws IOException {
            String head = readHead();
            if (head.isEmpty()) {
                return null;
            }
            String request = head + readBody(head);
            last = request;
            backend.requests.add(request);
            return request;
        }

        /** What a script that reads for itself has seen. */
        public void note(String request) {
            backend.requests.add(request);
        }

        Backend backend() {
            return backend;
        }

        /** Which of the backend's connections this is, from 1. */
        int number() {
            return number;
        }

        /** What {@link #readRequest} read last. */
        String last() {
            return last;
        }

        public String readHead() throws IOException {
            return Wire.readHead(in);
        }

        public String readBody(String head) throws IOException {
            return Wire.readBody(in, head, false);
        }

        /** Neither reads nor answers until {@code end}. */
        public void await(CountDownLatch end) throws IOException {
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        public void send(String text) throws IOException {
            socket.getOutputStream().write(Wire.bytes(text));
            socket.getOutputStream().flush();
        }
    }
}
