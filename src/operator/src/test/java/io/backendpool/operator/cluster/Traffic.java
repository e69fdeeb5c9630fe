package io.backendpool.operator.cluster;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Steady requests over keep-alive connections, spread over the proxies as a Service spreads them. Written by hand, so that
 * nothing is tried again in secret: what a client would see as an error is a failure here.
 */
final class Traffic implements AutoCloseable {
    private static final int CONNECTIONS = 6;
    private static final long PAUSE_NANOS = 4_000_000;

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong succeeded = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicLong> byBackend = new ConcurrentHashMap<>();
    private volatile boolean ended;

    private Traffic() {}

    static Traffic start(List<InetSocketAddress> proxies) {
        Traffic traffic = new Traffic();
        for (int i = 0; i < CONNECTIONS; i++) {
            InetSocketAddress proxy = proxies.get(i % proxies.size());
            traffic.threads.add(Thread.ofVirtual().start(() -> traffic.run(proxy)));
        }
        return traffic;
    }

    /** One request on a connection of its own: status and body. */
    static String once(InetSocketAddress proxy) throws IOException {
        try (Socket socket = connect(proxy)) {
            return exchange(socket, reader(socket));
        }
    }

    long succeeded() {
        return succeeded.get();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    int backendsSeen() {
        return byBackend.size();
    }

    /** Requests of each backend from now on. */
    void countAnew() {
        byBackend.clear();
    }

    long of(String backend) {
        return byBackend.getOrDefault(backend, new AtomicLong()).get();
    }

    private void run(InetSocketAddress proxy) {
        while (!ended && failures.size() < 1_000) {
            try (Socket socket = connect(proxy)) {
                BufferedReader reader = reader(socket);
                while (!ended) {
                    String answer = exchange(socket, reader);
                    if (answer.startsWith("200 ")) {
                        succeeded.incrementAndGet();
                        byBackend
                                .computeIfAbsent(answer.substring(4), name -> new AtomicLong())
                                .incrementAndGet();
                    } else {
                        failures.add(answer);
                    }
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            } catch (IOException | RuntimeException failed) {
                if (!ended) {
                    failures.add(failed.toString());
                }
                LockSupport.parkNanos(50_000_000);
            }
        }
    }

    private static Socket connect(InetSocketAddress proxy) throws IOException {
        Socket socket = new Socket();
        socket.connect(proxy, 5_000);
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    private static String exchange(Socket socket, BufferedReader in) throws IOException {
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: pool.test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        String line = line(in);
        String status = line.substring(9, 12);
        int length = 0;
        for (String head = line(in); !head.isEmpty(); head = line(in)) {
            if (head.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(head.substring(15).strip());
            }
        }
        char[] body = new char[length];
        for (int read = 0; read < length; ) {
            int more = in.read(body, read, length - read);
            if (more < 0) {
                throw new EOFException("body ended after %d of %d".formatted(read, length));
            }
            read += more;
        }
        return status + " " + new String(body).strip();
    }

    private static String line(BufferedReader in) throws IOException {
        String line = in.readLine();
        if (line == null) {
            throw new EOFException("connection closed by the proxy");
        }
        return line;
    }

    @Override
    public void close() {
        ended = true;
        for (Thread thread : threads) {
            try {
                thread.join(5_000);
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
