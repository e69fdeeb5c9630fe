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
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Steady requests over keep-alive connections, spread over the proxies as a Service spreads them: a new connection goes to
 * one that the Service names then, and stays there until the proxy says that it is the last request (RFC 9112, 9.6). Written
 * by hand, so that nothing is tried again in secret: what a client would see as an error is a failure here.
 */
final class Traffic implements AutoCloseable {
    private static final int CONNECTIONS = 6;
    private static final long PAUSE_NANOS = 4_000_000;

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong succeeded = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicLong> byBackend = new ConcurrentHashMap<>();
    private final Supplier<List<InetSocketAddress>> proxies;
    private final @Nullable SSLSocketFactory tls;
    private final AtomicInteger turn = new AtomicInteger();
    private final long started = System.nanoTime();
    private volatile long endedAt;
    private volatile boolean ended;

    private Traffic(Supplier<List<InetSocketAddress>> proxies, @Nullable SSLSocketFactory tls) {
        this.proxies = proxies;
        this.tls = tls;
    }

    /** Starts; {@code proxies} says for each new connection where there is one to go to. */
    static Traffic start(Supplier<List<InetSocketAddress>> proxies) {
        return start(proxies, null);
    }

    /** The same in TLS; null: in plain text. */
    static Traffic start(Supplier<List<InetSocketAddress>> proxies, @Nullable SSLSocketFactory tls) {
        Traffic traffic = new Traffic(proxies, tls);
        for (int i = 0; i < CONNECTIONS; i++) {
            traffic.threads.add(Thread.ofVirtual().start(traffic::run));
        }
        return traffic;
    }

    /** How long it has run. */
    double seconds() {
        return ((ended ? endedAt : System.nanoTime()) - started) / 1e9;
    }

    /** One request on a connection of its own: status and body. */
    static String once(InetSocketAddress proxy) throws IOException {
        return once(proxy, "/");
    }

    /** The same for another path than /. */
    static String once(InetSocketAddress proxy, String path) throws IOException {
        try (Socket socket = connect(proxy)) {
            return exchange(socket, reader(socket), path).text();
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

    private InetSocketAddress next() throws IOException {
        List<InetSocketAddress> now = proxies.get();
        if (now.isEmpty()) {
            throw new IOException("the Service names no proxy");
        }
        return now.get(Math.floorMod(turn.getAndIncrement(), now.size()));
    }

    private void run() {
        while (!ended && failures.size() < 1_000) {
            InetSocketAddress proxy = null;
            try {
                proxy = next();
                use(proxy);
            } catch (IOException | RuntimeException failed) {
                if (!ended) {
                    failures.add("%.3f s: proxy %s: %s".formatted(seconds(), proxy, failed));
                }
                LockSupport.parkNanos(50_000_000);
            }
        }
    }

    private void use(InetSocketAddress proxy) throws IOException {
        try (Socket socket = secured(connect(proxy), proxy)) {
            BufferedReader reader = reader(socket);
            boolean open = true;
            while (!ended && open) {
                Answer exchanged = exchange(socket, reader, "/");
                open = exchanged.keptAlive();
                String answer = exchanged.text();
                if (answer.startsWith("200 ")) {
                    succeeded.incrementAndGet();
                    byBackend
                            .computeIfAbsent(answer.substring(4), name -> new AtomicLong())
                            .incrementAndGet();
                } else {
                    failures.add("%.3f s: proxy %s: %s".formatted(seconds(), proxy, answer));
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private Socket secured(Socket plain, InetSocketAddress proxy) throws IOException {
        return tls == null ? plain : tls.createSocket(plain, proxy.getHostString(), proxy.getPort(), true);
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

    /** Status and body, and whether the connection goes on after it. */
    private record Answer(String text, boolean keptAlive) {}

    private static Answer exchange(Socket socket, BufferedReader in, String path) throws IOException {
        socket.getOutputStream()
                .write("GET %s HTTP/1.1\r\nHost: pool.test\r\n\r\n"
                        .formatted(path)
                        .getBytes(StandardCharsets.US_ASCII));
        String line = line(in);
        String status = line.substring(9, 12);
        int length = 0;
        boolean keptAlive = true;
        for (String head = line(in); !head.isEmpty(); head = line(in)) {
            String field = head.toLowerCase(Locale.ROOT);
            if (field.startsWith("content-length:")) {
                length = Integer.parseInt(field.substring(15).strip());
            } else if (field.startsWith("connection:") && field.contains("close")) {
                keptAlive = false;
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
        return new Answer(status + " " + new String(body).strip(), keptAlive);
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
        if (!ended) {
            endedAt = System.nanoTime();
            ended = true;
        }
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
