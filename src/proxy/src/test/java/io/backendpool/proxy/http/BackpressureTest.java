package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.TrafficPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large bodies pass whole, and a slow reader on one side stops the reads on the other. */
class BackpressureTest {
    private static final long SIZE = 64L << 20;

    /** What two sockets' kernel buffers and the proxy may hold together, far below the body. */
    private static final long HELD_AT_MOST = 32L << 20;

    @Test
    void slowClient_stopsTheBackend_andGetsAllInTheEnd() throws Exception {
        AtomicLong sent = new AtomicLong();
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + SIZE + "\r\n\r\n");
                    pour(connection.socket.getOutputStream(), sent);
                });
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            client.get("/").readHead();
            assertThat(settled(sent::get)).isLessThan(HELD_AT_MOST);

            assertThat(drain(client.socket.getInputStream())).isEqualTo(SIZE);
        }
    }

    @Test
    void slowBackend_stopsTheClient_andGetsAllInTheEnd() throws Exception {
        AtomicLong sent = new AtomicLong();
        CountDownLatch read = new CountDownLatch(1);
        AtomicReference<Long> received = new AtomicReference<>(0L);
        try (Backend backend = Backend.of(connection -> {
                    connection.readHead();
                    connection.await(read);
                    received.set(drain(connection.socket.getInputStream()));
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                });
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + SIZE + "\r\n\r\n");
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    pour(client.socket.getOutputStream(), sent);
                } catch (IOException e) {
                    sent.set(-1);
                }
            });
            assertThat(settled(sent::get)).isLessThan(HELD_AT_MOST);
            read.countDown();

            assertThat(client.readResponse()).endsWith("ok");
            assertThat(received.get()).isEqualTo(SIZE);
            sender.join();
        }
    }

    /** What waits for a connection is sent in its order, however much of the channel's buffer its head takes. */
    @ParameterizedTest
    @ValueSource(ints = {100, 80_000})
    void requestThatWaited_isSentInItsOrder(int headLength) throws Exception {
        byte[] body = new byte[24 << 20];
        new Random(headLength).nextBytes(body);
        AtomicLong sent = new AtomicLong();
        CountDownLatch let = new CountDownLatch(1);
        TrafficPolicy policy = Policies.with(Policies.connections(1, 10), 1 << 20);
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    connection.await(let);
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    connection.readHead();
                    byte[] got = connection.socket.getInputStream().readNBytes(body.length);
                    int first = Arrays.mismatch(got, body);
                    String where = first < 0 ? "whole" : "wrong from " + first;
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s".formatted(where.length(), where));
                });
                Proxy proxy = Proxy.to(policy, backend);
                Client first = proxy.connect();
                Client second = proxy.connect()) {
            first.get("/");
            await().until(() -> backend.requests.size() == 1);
            second.send("PUT / HTTP/1.1\r\nHost: a\r\nX-Long: %s\r\nContent-Length: %d\r\n\r\n"
                    .formatted("x".repeat(headLength), body.length));
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    for (int from = 0; from < body.length; from += 1 << 16) {
                        second.socket.getOutputStream().write(body, from, 1 << 16);
                        sent.addAndGet(1 << 16);
                    }
                } catch (IOException e) {
                    sent.set(-1);
                }
            });
            assertThat(settled(sent::get)).isLessThan(body.length);
            let.countDown();
            first.readResponse();
            assertThat(second.readResponse()).endsWith("\r\n\r\nwhole");
            sender.join();
        }
    }

    private static void pour(OutputStream out, AtomicLong sent) throws IOException {
        byte[] block = new byte[64 * 1024];
        while (sent.get() < SIZE) {
            out.write(block);
            sent.addAndGet(block.length);
        }
    }

    private static long drain(InputStream in) throws IOException {
        byte[] block = new byte[64 * 1024];
        long total = 0;
        while (total < SIZE) {
            int read = in.read(block);
            if (read < 0) {
                break;
            }
            total += read;
        }
        return total;
    }

    /** The value, once it has been above 0 and the same for a while: whoever sends is stopped. */
    private static long settled(LongSupplier value) {
        await().pollInterval(Duration.ofMillis(50))
                .during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(20))
                .until(new Callable<Boolean>() {
                    private long last = -1;

                    @Override
                    public Boolean call() {
                        long now = value.getAsLong();
                        boolean same = now > 0 && now == last;
                        last = now;
                        return same;
                    }
                });
        return value.getAsLong();
    }
}
