package io.backendpool.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.ClientLimits;
import io.backendpool.pool.Listener;
import io.backendpool.pool.Listener.Protocol;
import io.backendpool.proxy.traffic.AccessRecord;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.traffic.StreamKind;
import io.backendpool.proxy.warmup.FreePorts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** Bytes both ways, and each way in which a stream can end. */
class TcpTest {
    private static final long MUCH = 48L << 20;
    /** What the kernel's buffers on both sides and the proxy may hold together, far below {@link #MUCH}. */
    private static final long HELD_AT_MOST = 24L << 20;

    private static final Duration LONG = Duration.ofSeconds(60);

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String receive(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
    }

    private static void assertReset(Socket socket) {
        assertThatThrownBy(() -> {
                    int read = socket.getInputStream().read();
                    assertThat(read).as("what came instead of a reset").isNotNegative();
                })
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    @Test
    void bytesPassBothWays_whoeverSpeaksFirst() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy();
                Socket client = StreamProxy.connect(proxy.serve(Protocol.TCP, backend.key()))) {
            Socket server = backend.take();
            send(server, "220 hello");
            assertThat(receive(client, 9)).isEqualTo("220 hello");
            send(client, "EHLO");
            assertThat(receive(server, 4)).isEqualTo("EHLO");
            assertThat(proxy.open(StreamKind.TCP)).isEqualTo(1);
            assertThat(proxy.traffic.clientConnections()).isEqualTo(1);
            assertThat(proxy.traffic.inFlight(backend.key())).isEqualTo(1);
            assertThat(proxy.traffic.totals().streams().kind(StreamKind.TCP))
                    .returns(4L, kind -> kind.bytesIn())
                    .returns(9L, kind -> kind.bytesOut());
        }
    }

    @Test
    void whatTheClientSendsAhead_waitsForTheBackend() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy();
                Socket client = StreamProxy.connect(proxy.serve(Protocol.TCP, backend.key()))) {
            byte[] much = "0123456789".repeat(20_000).getBytes(StandardCharsets.US_ASCII);
            client.getOutputStream().write(much);
            client.shutdownOutput();
            assertThat(backend.take().getInputStream().readAllBytes()).isEqualTo(much);
        }
    }

    @Test
    void clientThatEndsItsWay_stillGetsTheAnswer_andTheStreamEndsInOrder() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy();
                Socket client = StreamProxy.connect(proxy.serve(Protocol.TCP, backend.key()))) {
            send(client, "question");
            client.shutdownOutput();
            Socket server = backend.take();
            assertThat(server.getInputStream().readAllBytes()).asString().isEqualTo("question");
            send(server, "answer");
            server.close();
            assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("answer");
            await().until(() -> proxy.ended(StreamKind.TCP, Outcome.ANSWERED) == 1);
            await().until(() -> proxy.listeners.connections() == 0);
            assertThat(proxy.open(StreamKind.TCP)).isZero();
            assertThat(proxy.traffic.inFlight(backend.key())).isZero();
            AccessRecord line = proxy.accessLog.getFirst();
            assertThat(line)
                    .returns("TCP", AccessRecord::method)
                    .returns("in", AccessRecord::target)
                    .returns("127.0.0.1", AccessRecord::client)
                    .returns(8L, AccessRecord::bytesIn)
                    .returns(6L, AccessRecord::bytesOut)
                    .returns(backend.key(), AccessRecord::backend)
                    .returns(1, AccessRecord::attempts)
                    .returns(Outcome.ANSWERED, AccessRecord::outcome);
        }
    }

    @Test
    void backendThatEndsItsWay_stillGetsWhatTheClientSends() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy();
                Socket client = StreamProxy.connect(proxy.serve(Protocol.TCP, backend.key()))) {
            Socket server = backend.take();
            send(server, "all I have");
            server.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("all I have");
            send(client, "still here");
            assertThat(receive(server, 10)).isEqualTo("still here");
            client.shutdownOutput();
            assertThat(server.getInputStream().read()).isNegative();
            await().until(() -> proxy.ended(StreamKind.TCP, Outcome.ANSWERED) == 1);
        }
    }

    /** The end of the client's input is seen while the proxy does not read, because the backend is behind. */
    @Test
    void slowBackend_whoseClientHasEndedItsWay_getsAll_andAnswers() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy();
                Socket client = StreamProxy.connect(proxy.serve(Protocol.TCP, backend.key()))) {
            Socket server = backend.take();
            byte[] much = "0123456789".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
            client.getOutputStream().write(much);
            client.shutdownOutput();
            settled(() -> proxy.traffic.totals().streams().kind(StreamKind.TCP).bytesIn());
            assertThat(server.getInputStream().readAllBytes()).isEqualTo(much);
            send(server, "answer");
            server.close();
            assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("answer");
        }
    }

    @Test
    void slowBackend_stopsTheClient_andGetsAllInTheEnd() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy();
                Socket client = StreamProxy.connect(proxy.serve(Protocol.TCP, backend.key()))) {
            Socket server = backend.take();
            assertSlowReaderStopsTheSender(client, server);
            assertThat(proxy.traffic.totals().streams().kind(StreamKind.TCP).bytesIn())
                    .isEqualTo(MUCH);
        }
    }

    @Test
    void slowClient_stopsTheBackend_andGetsAllInTheEnd() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy();
                Socket client = StreamProxy.connect(proxy.serve(Protocol.TCP, backend.key()))) {
            assertSlowReaderStopsTheSender(backend.take(), client);
        }
    }

    /** The sender ends its way while much of what it has sent is still on the way. */
    private static void assertSlowReaderStopsTheSender(Socket sender, Socket reader) throws Exception {
        AtomicLong sent = new AtomicLong();
        CompletableFuture<Void> all = CompletableFuture.runAsync(() -> pour(sender, sent));
        assertThat(settled(sent::get)).isLessThan(HELD_AT_MOST);
        long received = 0;
        byte[] block = new byte[64 * 1024];
        InputStream in = reader.getInputStream();
        for (int count = in.read(block); count >= 0; count = in.read(block)) {
            received += count;
        }
        assertThat(received).isEqualTo(MUCH);
        all.get(20, TimeUnit.SECONDS);
    }

    private static void pour(Socket sender, AtomicLong sent) {
        byte[] block = new byte[64 * 1024];
        try {
            OutputStream out = sender.getOutputStream();
            while (sent.get() < MUCH) {
                out.write(block);
                sent.addAndGet(block.length);
            }
            sender.shutdownOutput();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
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

    @Test
    void deadBackend_isPassedOver_beforeAByteIsSent() throws Exception {
        BackendKey dead = StreamProxy.key(FreePorts.next());
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            int port = proxy.serve(Protocol.TCP, dead, backend.key());
            for (int i = 0; i < 4; i++) {
                try (Socket client = StreamProxy.connect(port)) {
                    send(client, "x");
                    assertThat(receive(backend.take(), 1)).isEqualTo("x");
                }
            }
            assertThat(proxy.traffic.totals().connectFailures()).isPositive();
            assertThat(proxy.traffic.totals().retries())
                    .isEqualTo(proxy.traffic.totals().connectFailures());
            assertThat(proxy.connectFailures(dead)).isPositive();
        }
    }

    @Test
    void noBackendThatCanBeReached_isAReset() throws Exception {
        BackendKey dead = StreamProxy.key(FreePorts.next());
        try (StreamProxy proxy = new StreamProxy()) {
            int port = proxy.serve(Protocol.TCP, dead);
            try (Socket client = StreamProxy.connect(port)) {
                assertReset(client);
            }
            await().until(() -> proxy.ended(StreamKind.TCP, Outcome.CONNECT_FAILED) == 1);
            proxy.unhealthy.add(dead);
            proxy.publish();
            try (Socket client = StreamProxy.connect(port)) {
                assertReset(client);
            }
            await().until(() -> proxy.ended(StreamKind.TCP, Outcome.NO_BACKEND) == 1);
        }
    }

    @Test
    void resetOfTheBackend_resetsTheClient() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy();
                Socket client = StreamProxy.connect(proxy.serve(Protocol.TCP, backend.key()))) {
            Socket server = backend.take();
            send(server, "part");
            assertThat(receive(client, 4)).isEqualTo("part");
            server.setSoLinger(true, 0);
            server.close();
            assertReset(client);
            await().until(() -> proxy.ended(StreamKind.TCP, Outcome.BACKEND_FAILED) == 1);
        }
    }

    @Test
    void resetOfTheClient_resetsTheBackend_alsoAfterItHasEndedItsWay() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            int port = proxy.serve(Protocol.TCP, backend.key());
            Socket first = StreamProxy.connect(port);
            Socket server = backend.take();
            first.setSoLinger(true, 0);
            first.close();
            assertReset(server);

            Socket second = StreamProxy.connect(port);
            Socket half = backend.take();
            second.shutdownOutput();
            assertThat(half.getInputStream().read()).isNegative();
            second.setSoLinger(true, 0);
            second.close();
            await().ignoreExceptionsInstanceOf(IOException.class).until(() -> {
                if (proxy.ended(StreamKind.TCP, Outcome.CLIENT_GONE) < 2) {
                    send(half, "nobody reads this");
                }
                return proxy.ended(StreamKind.TCP, Outcome.CLIENT_GONE) == 2;
            });
            assertThat(proxy.traffic.inFlight(backend.key())).isZero();
        }
    }

    @Test
    void resetOfAClientThatHasEndedItsWay_endsTheStreamOfASilentBackend() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            proxy.policy = StreamProxy.policy(LONG, LONG, LONG);
            Socket client = StreamProxy.connect(proxy.serve(Protocol.TCP, backend.key()));
            send(client, "question");
            client.shutdownOutput();
            Socket server = backend.take();
            assertThat(receive(server, 8)).isEqualTo("question");
            assertThat(server.getInputStream().read()).isNegative();
            client.setSoLinger(true, 0);
            client.close();
            await().until(() -> proxy.open(StreamKind.TCP) == 0);
            assertThat(proxy.ended(StreamKind.TCP, Outcome.CLIENT_GONE)).isEqualTo(1);
            assertThat(proxy.traffic.inFlight(backend.key())).isZero();
        }
    }

    @Test
    void resetOfABackendThatHasEndedItsWay_resetsASilentClient() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            proxy.policy = StreamProxy.policy(LONG, LONG, LONG);
            Socket client = StreamProxy.connect(proxy.serve(Protocol.TCP, backend.key()));
            Socket server = backend.take();
            send(server, "all I have");
            server.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("all I have");
            server.setSoLinger(true, 0);
            server.close();
            await().until(() -> proxy.ended(StreamKind.TCP, Outcome.BACKEND_FAILED) == 1);
        }
    }

    @Test
    void streamInWhichNothingMoves_isCut() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            proxy.policy = StreamProxy.policy(LONG, LONG, StreamProxy.SHORT);
            try (Socket client = StreamProxy.connect(proxy.serve(Protocol.TCP, backend.key()))) {
                Socket server = backend.take();
                assertReset(client);
                assertReset(server);
                assertThat(proxy.traffic.totals().limitHits()).containsEntry(Limit.STREAM_IDLE_TIMEOUT, 1L);
            }
        }
    }

    @Test
    void clientBeyondItsConnections_isClosed_andOthersAreServed() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            proxy.policy = StreamProxy.policy(StreamProxy.TIMEOUTS, new ClientLimits(100, 1, 65_536));
            int port = proxy.serve(Protocol.TCP, backend.key());
            try (Socket first = StreamProxy.connect(port)) {
                Socket server = backend.take();
                try (Socket second = StreamProxy.connect(port)) {
                    assertThat(second.getInputStream().read()).isNegative();
                }
                assertThat(proxy.traffic.totals().limitHits()).containsEntry(Limit.CONNECTIONS_PER_CLIENT, 1L);
                send(first, "x");
                assertThat(receive(server, 1)).isEqualTo("x");
                server.shutdownOutput();
            }
            await().until(() -> proxy.listeners.connections() == 0);
            try (Socket again = StreamProxy.connect(port)) {
                send(again, "y");
                assertThat(receive(backend.take(), 1)).isEqualTo("y");
            }
        }
    }

    @Test
    void proxyBeyondItsConnections_closesNewOnes() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            proxy.policy = StreamProxy.policy(StreamProxy.TIMEOUTS, new ClientLimits(1, null, 65_536));
            int port = proxy.serve(Protocol.TCP, backend.key());
            try (Socket first = StreamProxy.connect(port)) {
                backend.take();
                try (Socket second = StreamProxy.connect(port)) {
                    assertThat(second.getInputStream().read()).isNegative();
                }
                assertThat(proxy.traffic.totals().limitHits()).containsEntry(Limit.CLIENT_CONNECTIONS, 1L);
                assertThat(first.isConnected()).isTrue();
            }
        }
    }

    @Test
    void dualStack_onBothSides() throws Exception {
        try (TcpBackend backend = new TcpBackend("::1");
                StreamProxy proxy = new StreamProxy("::", 1, true)) {
            int port = proxy.serve(Protocol.TCP, backend.key());
            for (String address : new String[] {"127.0.0.1", "::1"}) {
                try (Socket client = StreamProxy.connect(address, port)) {
                    send(client, "x");
                    assertThat(receive(backend.take(), 1)).isEqualTo("x");
                }
            }
        }
    }

    @Test
    void drain_letsStreamsEnd_andCutsTheRestAtTheDeadline() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            int port = proxy.serve(Protocol.TCP, backend.key());
            try (Socket ending = StreamProxy.connect(port);
                    Socket endingServer = backend.take();
                    Socket hanging = StreamProxy.connect(port);
                    Socket hangingServer = backend.take()) {
                CompletableFuture<Void> drained =
                        proxy.listeners.drain(Duration.ofSeconds(2)).toCompletableFuture();
                send(ending, "last words");
                ending.shutdownOutput();
                assertThat(endingServer.getInputStream().readAllBytes())
                        .asString()
                        .isEqualTo("last words");
                endingServer.shutdownOutput();
                assertThat(ending.getInputStream().read()).isNegative();
                drained.get(20, TimeUnit.SECONDS);
                assertReset(hangingServer);
                await().until(() -> proxy.listeners.connections() == 0);
                assertThat(hanging.isConnected()).isTrue();
                await().until(() -> proxy.ended(StreamKind.TCP, Outcome.ANSWERED) == 1);
            }
        }
    }

    @Test
    void removedBackend_keepsItsStreamsUntilTheDeadline() throws Exception {
        try (TcpBackend old = new TcpBackend();
                TcpBackend next = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            int port = proxy.serve(Protocol.TCP, old.key());
            try (Socket client = StreamProxy.connect(port)) {
                Socket server = old.take();
                proxy.backends = java.util.List.of(next.key());
                proxy.publish();
                send(client, "x");
                assertThat(receive(server, 1)).isEqualTo("x");
                try (Socket other = StreamProxy.connect(port)) {
                    send(other, "y");
                    assertThat(receive(next.take(), 1)).isEqualTo("y");
                    assertReset(server);
                    assertReset(client);
                    assertThat(proxy.traffic.totals().limitHits()).containsEntry(Limit.DRAIN_DEADLINE, 1L);
                    send(other, "z");
                }
            }
        }
    }

    @Test
    void portThatTurnsFromHttpToTcp_refusesNobody_andKeepsWhatIsOpen() throws Exception {
        try (TcpBackend backend = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            int port = proxy.serve(Protocol.HTTP, backend.key());
            try (Socket http = StreamProxy.connect(port)) {
                await().until(() -> proxy.listeners.connections() == 1);
                assertThat(proxy.apply(new Listener("in", port, Protocol.TCP))).isNull();
                try (Socket tcp = StreamProxy.connect(port)) {
                    send(tcp, "not http");
                    assertThat(receive(backend.take(), 8)).isEqualTo("not http");
                }
                send(http, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                Socket server = backend.take();
                assertThat(receive(server, 16)).isEqualTo("GET / HTTP/1.1\r\n");
                send(server, "HTTP/1.1 204 No Content\r\n\r\n");
                assertThat(receive(http, 12)).isEqualTo("HTTP/1.1 204");
            }
        }
    }
}
