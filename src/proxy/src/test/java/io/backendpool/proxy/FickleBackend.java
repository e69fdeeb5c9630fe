package io.backendpool.proxy;

import io.backendpool.pool.BackendKey;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A backend that behaves as it is told, from one request to the next. */
final class FickleBackend implements AutoCloseable {
    /** How it behaves. */
    enum Mode {
        /** Answers after 1 ms. */
        GOOD,
        /** After 10 ms. */
        SLOW,
        /** Answers every second request with 503. */
        HALF_503,
        /**
         * Resets each connection at its next request, a new one at the first byte: sooner, the proxy could take the reset for
         * a connection that it never had.
         */
        RESET
    }

    private static final long GOOD_NANOS = 1_000_000;
    private static final long SLOW_NANOS = 10_000_000;

    private final ServerSocket server = new ServerSocket(0, 512, InetAddress.ofLiteral("127.0.0.1"));
    private final AtomicLong requests = new AtomicLong();
    private volatile Mode mode = Mode.GOOD;

    FickleBackend() throws IOException {
        Thread.ofVirtual().start(this::accept);
    }

    BackendKey key() {
        return new BackendKey("web", "127.0.0.1", server.getLocalPort());
    }

    void become(Mode next) {
        mode = next;
    }

    /** Requests so far. */
    long requests() {
        return requests.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            // the end of the test
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            if (mode == Mode.RESET) {
                int first = in.read();
                socket.setSoLinger(first >= 0, 0);
                return;
            }
            while (readHead(in)) {
                long number = requests.incrementAndGet();
                Mode now = mode;
                if (now == Mode.RESET) {
                    socket.setSoLinger(true, 0);
                    return;
                }
                LockSupport.parkNanos(now == Mode.SLOW ? SLOW_NANOS : GOOD_NANOS);
                boolean bad = now == Mode.HALF_503 && number % 2 == 0;
                String answer =
                        "HTTP/1.1 " + (bad ? "503 Service Unavailable" : "200 OK") + "\r\nContent-Length: 0\r\n\r\n";
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException gone) {
            // the proxy has closed it
        }
    }

    /** True: a head without a body was read. */
    private static boolean readHead(InputStream in) throws IOException {
        int matched = 0;
        while (matched < 4) {
            int next = in.read();
            if (next < 0) {
                return false;
            }
            boolean expected = next == (matched % 2 == 0 ? '\r' : '\n');
            matched = expected ? matched + 1 : next == '\r' ? 1 : 0;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
