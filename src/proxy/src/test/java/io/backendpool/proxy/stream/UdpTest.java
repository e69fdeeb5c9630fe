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
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions over real datagrams. */
class UdpTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    /** Answers each datagram with its name and what came. */
    private static final class Echo implements AutoCloseable {
        final DatagramSocket socket;
        final Set<Integer> sources = ConcurrentHashMap.newKeySet();
        private final String name;

        Echo(String name, String address, int port) throws IOException {
            this.name = name;
            socket = new DatagramSocket(port, InetAddress.ofLiteral(address));
            Thread.ofPlatform().daemon().start(this::answer);
        }

        Echo(String name) throws IOException {
            this(name, "127.0.0.1", 0);
        }

        private void answer() {
            byte[] buffer = new byte[65_535];
            try {
                while (true) {
                    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                    socket.receive(packet);
                    sources.add(packet.getPort());
                    byte[] answer = (name + text(packet)).getBytes(StandardCharsets.ISO_8859_1);
                    if (answer.length <= 65_507) {
                        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                    }
                }
            } catch (IOException e) {
                // closed: the end of the test
            }
        }

        BackendKey key() {
            return new BackendKey("web", socket.getLocalAddress().getHostAddress(), socket.getLocalPort());
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private static String text(DatagramPacket packet) {
        return new String(packet.getData(), packet.getOffset(), packet.getLength(), StandardCharsets.ISO_8859_1);
    }

    private static DatagramSocket client(String address, int port) throws IOException {
        DatagramSocket socket = new DatagramSocket();
        socket.connect(InetAddress.ofLiteral(address), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void send(DatagramSocket socket, String text) throws IOException {
        byte[] data = text.getBytes(StandardCharsets.ISO_8859_1);
        socket.send(new DatagramPacket(data, data.length));
    }

    /** One that is not connected: a connected socket of Java's does not send datagrams without content. */
    private static DatagramSocket free() throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void send(DatagramSocket socket, int port, String text) throws IOException {
        byte[] data = text.getBytes(StandardCharsets.ISO_8859_1);
        socket.send(new DatagramPacket(data, data.length, InetAddress.getLoopbackAddress(), port));
    }

    private static String ask(DatagramSocket socket, int port, String text) throws IOException {
        send(socket, port, text);
        return receive(socket);
    }

    private static String receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        socket.receive(packet);
        return text(packet);
    }

    private static String ask(DatagramSocket socket, String text) throws IOException {
        send(socket, text);
        return receive(socket);
    }

    private static int serve(StreamProxy proxy, BackendKey... backends) throws Exception {
        proxy.backends = List.of(backends);
        int port = StreamProxy.freeUdpPort();
        assertThat(proxy.apply(new Listener("dns", port, Protocol.UDP))).isNull();
        return port;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void datagramsOfOneSource_goToOneBackend_andItsRepliesComeBack(boolean nativeTransport) throws Exception {
        try (Echo a = new Echo("a");
                Echo b = new Echo("b");
                StreamProxy proxy = new StreamProxy("127.0.0.1", 2, nativeTransport)) {
            int port = serve(proxy, a.key(), b.key());
            for (int i = 0; i < 4; i++) {
                try (DatagramSocket client = client("127.0.0.1", port)) {
                    String first = ask(client, "0");
                    for (int j = 1; j < 20; j++) {
                        assertThat(ask(client, "" + j)).isEqualTo(first.charAt(0) + "" + j);
                    }
                    String large = "x".repeat(20_000);
                    assertThat(ask(client, large)).isEqualTo(first.charAt(0) + large);
                }
            }
            assertThat(a.sources.size() + b.sources.size()).isEqualTo(4);
            assertThat(proxy.open(StreamKind.UDP)).isEqualTo(4);
            assertThat(proxy.traffic.totals().streams().datagramsDropped()).isZero();
        }
    }

    @Test
    void emptyDatagrams_arePassedOn_bothWays() throws Exception {
        try (Echo nameless = new Echo("");
                StreamProxy proxy = new StreamProxy();
                DatagramSocket client = free()) {
            int port = serve(proxy, nameless.key());
            assertThat(ask(client, port, "")).isEmpty();
            assertThat(ask(client, port, "1")).isEqualTo("1");
            assertThat(ask(client, port, "")).isEmpty();
            assertThat(proxy.traffic.totals().streams().datagramsDropped()).isZero();
        }
    }

    /** Many at once are read and sent by other system calls than one. */
    @Test
    void emptyDatagramsAmongOthers_arePassedOn_eachOnce() throws Exception {
        try (Echo nameless = new Echo("");
                StreamProxy proxy = new StreamProxy();
                DatagramSocket client = free()) {
            int port = serve(proxy, nameless.key());
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                sent.add(i % 3 == 1 ? "" : "" + i);
            }
            for (String text : sent) {
                send(client, port, text);
            }
            List<String> received = new ArrayList<>();
            while (received.size() < sent.size()) {
                received.add(receive(client));
            }
            assertThat(received).containsExactlyInAnyOrderElementsOf(sent);
            assertThat(ask(client, port, "last")).isEqualTo("last");
        }
    }

    /**
     * Those of many clients that come at once are read by one call into one buffer, also before a client's backend is connected.
     * Lengths and contents are any.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bursts_arriveWhole_inOrder_eachAtItsClient(boolean nativeTransport) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<DatagramSocket> clients = new ArrayList<>();
        try (Echo a = new Echo("");
                Echo b = new Echo("");
                StreamProxy proxy = new StreamProxy("127.0.0.1", 1, nativeTransport)) {
            int port = serve(proxy, a.key(), b.key());
            for (int i = 0; i < 8; i++) {
                clients.add(client("127.0.0.1", port));
            }
            for (int round = 0; round < 30; round++) {
                Map<DatagramSocket, List<String>> sent = new LinkedHashMap<>();
                for (int i = 0; i < 80; i++) {
                    DatagramSocket client = clients.get(random.nextInt(clients.size()));
                    List<String> its = sent.computeIfAbsent(client, unused -> new ArrayList<>());
                    if (its.size() < 16) {
                        String text = round + " " + i + " ".repeat(random.nextInt(400)) + random.nextLong();
                        its.add(text);
                        send(client, text);
                    }
                }
                for (Map.Entry<DatagramSocket, List<String>> each : sent.entrySet()) {
                    List<String> received = new ArrayList<>();
                    while (received.size() < each.getValue().size()) {
                        received.add(receive(each.getKey()));
                    }
                    assertThat(received).as("seed %d round %d", seed, round).isEqualTo(each.getValue());
                }
            }
            assertThat(proxy.traffic.totals().streams().datagramsDropped()).isZero();
        } finally {
            clients.forEach(DatagramSocket::close);
        }
    }

    /** Java's own sockets, which are used where there are no native ones, do not send them. */
    @Test
    void emptyDatagrams_withoutNativeSockets_areDroppedAndCounted() throws Exception {
        try (Echo nameless = new Echo("");
                StreamProxy proxy = new StreamProxy("127.0.0.1", 1, false);
                DatagramSocket client = free()) {
            int port = serve(proxy, nameless.key());
            assertThat(ask(client, port, "1")).isEqualTo("1");
            send(client, port, "");
            await().until(() -> proxy.traffic.totals().streams().datagramsDropped() == 1);
            assertThat(ask(client, port, "2")).isEqualTo("2");
        }
    }

    @Test
    void silentSession_ends_andIsLogged() throws Exception {
        try (Echo a = new Echo("a");
                StreamProxy proxy = new StreamProxy()) {
            proxy.policy = StreamProxy.policy(LONG, StreamProxy.SHORT, LONG);
            try (DatagramSocket client = client("127.0.0.1", serve(proxy, a.key()))) {
                assertThat(ask(client, "hi")).isEqualTo("ahi");
                await().until(() -> proxy.open(StreamKind.UDP) == 0);
                assertThat(proxy.ended(StreamKind.UDP, Outcome.ANSWERED)).isEqualTo(1);
                assertThat(proxy.traffic.inFlight(a.key())).isZero();
                assertThat(proxy.accessLog.getFirst())
                        .returns("UDP", AccessRecord::method)
                        .returns("dns", AccessRecord::target)
                        .returns("127.0.0.1", AccessRecord::client)
                        .returns(2L, AccessRecord::bytesIn)
                        .returns(3L, AccessRecord::bytesOut)
                        .returns(a.key(), AccessRecord::backend);
                assertThat(ask(client, "again")).isEqualTo("aagain");
            }
        }
    }

    @Test
    void sessionsBeyondTheLimit_areDroppedAndCounted() throws Exception {
        try (Echo a = new Echo("a");
                StreamProxy proxy = new StreamProxy()) {
            proxy.policy = StreamProxy.policy(StreamProxy.TIMEOUTS, new ClientLimits(1, null, 65_536));
            int port = serve(proxy, a.key());
            try (DatagramSocket first = client("127.0.0.1", port);
                    DatagramSocket second = client("127.0.0.1", port)) {
                assertThat(ask(first, "1")).isEqualTo("a1");
                send(second, "2");
                await().until(() -> proxy.traffic.totals().streams().datagramsDropped() == 1);
                assertThat(proxy.traffic.totals().limitHits()).containsEntry(Limit.UDP_SESSIONS, 1L);
                assertThat(ask(first, "3")).isEqualTo("a3");
                assertThat(proxy.open(StreamKind.UDP)).isEqualTo(1);
            }
        }
    }

    @Test
    void backendThatIsRemovedOrUnhealthy_losesItsSessions() throws Exception {
        try (Echo a = new Echo("a");
                Echo b = new Echo("b");
                StreamProxy proxy = new StreamProxy()) {
            int port = serve(proxy, a.key());
            try (DatagramSocket client = client("127.0.0.1", port)) {
                assertThat(ask(client, "1")).isEqualTo("a1");
                proxy.backends = List.of(b.key());
                proxy.publish();
                assertThat(ask(client, "2")).isEqualTo("b2");
                proxy.backends = List.of(a.key(), b.key());
                proxy.unhealthy.add(b.key());
                proxy.publish();
                assertThat(ask(client, "3")).isEqualTo("a3");
                assertThat(proxy.open(StreamKind.UDP)).isEqualTo(1);
                assertThat(proxy.traffic.inFlight(b.key())).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void portWhereNobodyListens_isAConnectFailure_andTheNextDatagramGoesElsewhere(boolean nativeTransport)
            throws Exception {
        BackendKey dead = StreamProxy.key(StreamProxy.freeUdpPort());
        try (Echo a = new Echo("a");
                StreamProxy proxy = new StreamProxy("127.0.0.1", 1, nativeTransport)) {
            int port = serve(proxy, dead);
            try (DatagramSocket client = client("127.0.0.1", port)) {
                send(client, "1");
                await().until(() -> proxy.traffic.totals().connectFailures() == 1);
                proxy.backends = List.of(dead, a.key());
                proxy.publish();
                assertThat(ask(client, "2")).isEqualTo("a2");
                assertThat(proxy.connectFailures(dead)).isEqualTo(1);
            }
        }
    }

    @Test
    void dualStack_onBothSides() throws Exception {
        try (Echo six = new Echo("6", "::1", 0);
                StreamProxy proxy = new StreamProxy("::", 1, true)) {
            int port = serve(proxy, six.key());
            for (String address : List.of("127.0.0.1", "::1")) {
                try (DatagramSocket client = client(address, port)) {
                    assertThat(ask(client, "x")).isEqualTo("6x");
                }
            }
        }
    }

    @Test
    void udpPort_liesBesideTheTcpPortOfTheSameNumber_andGoesAlone() throws Exception {
        try (Echo a = new Echo("a");
                TcpBackend tcp = new TcpBackend();
                StreamProxy proxy = new StreamProxy()) {
            int port = FreePorts.next();
            Listener stream = new Listener("tcp", port, Protocol.TCP);
            proxy.backends = List.of(a.key());
            assertThat(proxy.apply(stream, new Listener("udp", port, Protocol.UDP)))
                    .isNull();
            try (DatagramSocket client = client("127.0.0.1", port)) {
                assertThat(ask(client, "x")).isEqualTo("ax");
            }
            proxy.backends = List.of(tcp.key());
            assertThat(proxy.apply(stream)).isNull();
            try (Socket client = StreamProxy.connect(port)) {
                client.getOutputStream().write('x');
                assertThat(tcp.take().getInputStream().read()).isEqualTo('x');
            }
            await().until(() -> proxy.open(StreamKind.UDP) == 0);
            await().ignoreExceptionsInstanceOf(IOException.class).until(() -> {
                try (DatagramSocket free = new DatagramSocket(port, InetAddress.ofLiteral("127.0.0.1"))) {
                    return free.isBound();
                }
            });
        }
    }

    @Test
    void portInUse_isRefused_andNothingChanges() throws Exception {
        try (Echo a = new Echo("a");
                DatagramSocket other = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
                StreamProxy proxy = new StreamProxy("127.0.0.1", 2, true)) {
            int port = serve(proxy, a.key());
            assertThat(proxy.apply(new Listener("dns2", other.getLocalPort(), Protocol.UDP)))
                    .isEqualTo("listener dns2: port " + other.getLocalPort() + "/udp is in use");
            try (DatagramSocket client = client("127.0.0.1", port)) {
                assertThat(ask(client, "x")).isEqualTo("ax");
            }
        }
    }

    @Test
    void drain_takesNoNewSessions_andEndsWhenTheOldOnesAreSilent() throws Exception {
        try (Echo a = new Echo("a");
                StreamProxy proxy = new StreamProxy()) {
            int port = serve(proxy, a.key());
            try (DatagramSocket client = client("127.0.0.1", port);
                    DatagramSocket late = client("127.0.0.1", port)) {
                assertThat(ask(client, "1")).isEqualTo("a1");
                var drained = proxy.listeners.drain(Duration.ofSeconds(60)).toCompletableFuture();
                assertThat(ask(client, "2")).isEqualTo("a2");
                send(late, "3");
                late.setSoTimeout(500);
                assertThatThrownBy(() -> receive(late)).isInstanceOf(SocketTimeoutException.class);
                drained.get(20, TimeUnit.SECONDS);
                assertThat(proxy.open(StreamKind.UDP)).isZero();
            }
        }
    }
}
