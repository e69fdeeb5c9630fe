package io.backendpool.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A pool of TCP and UDP on one port number, on the real programs. */
class StreamsIT {
    /** Longer than a proxy of standalone mode takes to stop. */
    private static final Duration LONGER_THAN_A_STOP = Duration.ofMillis(3_500);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path directory;

    @RegisterExtension
    static final Shared<Colours> SHARED = new Shared<>(Colours::new);

    /** Two backends, and the operator that runs their pool. */
    private static final class Colours implements Shared.Running {
        final EchoBackend red = EchoBackend.start("red");
        final EchoBackend green = EchoBackend.start("green");
        final int port = Ports.freeOfBoth();
        final Standalone pool = new Standalone(Files.createTempDirectory(directory, "colours"));

        Colours() throws IOException {}

        @Override
        public boolean isRunning() {
            return pool.isRunning();
        }

        @Override
        public void close() throws Exception {
            pool.close();
            red.close();
            green.close();
        }
    }

    private EchoBackend red;
    private EchoBackend green;
    private Standalone pool;
    private int port;

    /** Each test finds both backends healthy, whatever the one before has made of them. */
    @BeforeEach
    void start() throws Exception {
        Colours colours = SHARED.get();
        red = colours.red;
        green = colours.green;
        pool = colours.pool;
        port = colours.port;
        pool.write(manifest(red, green));
        if (!pool.isRunning()) {
            pool.start();
        }
        pool.awaitReady();
        await().atMost(Standalone.PATIENCE).untilAsserted(() -> {
            assertThat(List.of(red, green)).allSatisfy(backend -> assertThat(pool.backend(backend.address()))
                    .containsEntry("health", "Healthy"));
            assertThat(pool.section("summary")).containsEntry("ratio", "2/2");
            assertThat(pool.section("proxies")).containsEntry("syncedRatio", "1/1");
        });
    }

    @Test
    void streamsAndSessions_areSharedAndTheStatusSaysSo() throws IOException {
        Map<String, Integer> streams = new HashMap<>();
        Map<String, Integer> sessions = new HashMap<>();
        for (int i = 0; i < 10; i++) {
            try (LineStream stream = new LineStream(port);
                    DatagramSocket session = session()) {
                String name = stream.ask("first");
                streams.merge(name, 1, Integer::sum);
                String other = ask(session, "first");
                sessions.merge(other, 1, Integer::sum);
                for (int j = 0; j < 5; j++) {
                    assertThat(stream.ask("line " + j)).isEqualTo(name);
                    assertThat(ask(session, "datagram " + j)).isEqualTo(other);
                }
            }
        }
        assertThat(streams).containsOnlyKeys("red", "green");
        assertThat(sessions).containsOnlyKeys("red", "green");
        assertThat(pool.section("summary")).containsEntry("ratio", "2/2");
        assertThat(pool.section("proxies")).containsEntry("syncedRatio", "1/1");
        assertThat(pool.condition("Programmed")).containsEntry("status", "True");
        assertThat(pool.backend(red.address())).containsEntry("health", "Healthy");
    }

    @Test
    void backend_diesAndComesBackUnderLoad_onlyWhatItHadIsLostAndTheStatusTells() throws IOException {
        try (StreamLoad load = new StreamLoad(port);
                DatagramSocket session = sessionOf("green")) {
            load.await("green", 20);
            green.die();
            await().atMost(Standalone.PATIENCE).until(() -> "Unhealthy"
                    .equals(pool.backend(green.address()).get("health")));
            assertThat(pool.backend(green.address())).hasEntrySatisfying("reason", reason -> assertThat((String) reason)
                    .containsIgnoringCase("refused"));
            assertThat(pool.section("summary")).containsEntry("ratio", "1/2");
            load.await("red", 50);
            await().atMost(Standalone.PATIENCE)
                    .until(() -> ask(session, "still there?").equals("red"));

            green.start();
            await().atMost(Standalone.PATIENCE)
                    .until(() -> "Healthy".equals(pool.backend(green.address()).get("health")));
            load.await("green", 20);
            // Each client can have had one stream to it when it died.
            assertThat(load.failures).hasSizeLessThanOrEqualTo(StreamLoad.CLIENTS);
        }
    }

    @Test
    void poolChanges_cutNoStreamWhoseBackendStays_andThoseOfARemovedOneGoOn() throws IOException {
        try (LineStream staying = streamTo("red");
                LineStream leaving = streamTo("green");
                EchoBackend blue = EchoBackend.start("blue")) {
            for (int round = 0; round < 3; round++) {
                change(staying, manifest(red, blue));
                await().atMost(Standalone.PATIENCE).until(() -> answersOf(20).containsKey("blue"));
                assertThat(answersOf(20)).doesNotContainKey("green");
                assertThat(pool.backend(green.address())).isEmpty();
                change(staying, manifest(red, green));
                await().atMost(Standalone.PATIENCE).until(() -> answersOf(20).containsKey("green"));
            }
            change(staying, manifest(red, blue));
            long removed = System.nanoTime();
            int count = 0;
            while (System.nanoTime() - removed < LONGER_THAN_A_STOP.toNanos()) {
                assertThat(leaving.ask("leaving " + count)).isEqualTo("green");
                assertThat(staying.ask("staying " + count++)).isEqualTo("red");
            }
            assertThat(pool.proxies()).hasSize(1);
            assertThat(pool.section("summary")).containsEntry("ratio", "2/2");
        }
    }

    /** Writes the manifest, and talks on the stream until the proxy has it. */
    private void change(LineStream stream, String manifest) throws IOException {
        long before = pool.revision();
        pool.write(manifest);
        await().atMost(Standalone.PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> {
            assertThat(stream.ask("revision " + before)).isEqualTo("red");
            return pool.revision() > before
                    && "1/1".equals(pool.section("proxies").get("syncedRatio"));
        });
    }

    private Map<String, Integer> answersOf(int streams) throws IOException {
        Map<String, Integer> names = new HashMap<>();
        for (int i = 0; i < streams; i++) {
            try (LineStream stream = new LineStream(port)) {
                names.merge(stream.ask("x"), 1, Integer::sum);
            }
        }
        return names;
    }

    private LineStream streamTo(String name) throws IOException {
        for (int i = 0; i < 100; i++) {
            LineStream stream = new LineStream(port);
            if (stream.ask("who?").equals(name)) {
                return stream;
            }
            stream.close();
        }
        throw new AssertionError("none of 100 streams went to " + name);
    }

    private DatagramSocket sessionOf(String name) throws IOException {
        for (int i = 0; i < 100; i++) {
            DatagramSocket session = session();
            if (ask(session, "who?").equals(name)) {
                return session;
            }
            session.close();
        }
        throw new AssertionError("none of 100 sessions went to " + name);
    }

    private DatagramSocket session() throws IOException {
        DatagramSocket session = new DatagramSocket();
        session.connect(InetAddress.getLoopbackAddress(), port);
        session.setSoTimeout(1_000);
        return session;
    }

    /** The name of the backend that has answered; as with any datagram, what gets no answer is sent again. */
    private static String ask(DatagramSocket session, String text) throws IOException {
        byte[] data = text.getBytes(StandardCharsets.US_ASCII);
        DatagramPacket answer = new DatagramPacket(new byte[1_024], 1_024);
        for (int tries = 0; tries < 30; tries++) {
            session.send(new DatagramPacket(data, data.length));
            try {
                session.receive(answer);
                return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII).split(" ", 2)[0];
            } catch (SocketTimeoutException lost) {
                // once more
            }
        }
        throw new IOException("30 datagrams got no answer");
    }

    private String manifest(EchoBackend one, EchoBackend other) {
        return """
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPool
                metadata: {name: colours}
                spec:
                  listeners:
                  - {name: tcp, port: %1$d, protocol: TCP}
                  - {name: udp, port: %1$d, protocol: UDP}
                  backends:
                  - {name: echo, addresses: ["%2$s", "%3$s"]}
                  healthCheck: {tcp: {}, interval: 200ms, timeout: 150ms}
                  proxy: {terminationGracePeriod: 10m}
                """.formatted(port, one.address(), other.address());
    }

    /** Clients that open a stream, get an answer to one line and close it, one after the other, until closed. */
    private static final class StreamLoad implements AutoCloseable {
        static final int CLIENTS = 4;
        private static final long PAUSE_NANOS = 2_000_000;

        final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final Map<String, AtomicLong> answered = new ConcurrentHashMap<>();
        private final AtomicBoolean ended = new AtomicBoolean();
        private final List<Thread> threads = new ArrayList<>();

        StreamLoad(int port) {
            for (int i = 0; i < CLIENTS; i++) {
                threads.add(Thread.ofVirtual().start(() -> run(port)));
            }
        }

        private void run(int port) {
            while (!ended.get() && failures.size() < 100) {
                try (LineStream stream = new LineStream(port)) {
                    answered.computeIfAbsent(stream.ask("load"), name -> new AtomicLong())
                            .incrementAndGet();
                } catch (IOException e) {
                    failures.add(e.toString());
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }

        /** Waits until the backend has answered that many more. */
        void await(String name, int more) {
            AtomicLong count = answered.computeIfAbsent(name, first -> new AtomicLong());
            long before = count.get();
            org.awaitility.Awaitility.await().atMost(Standalone.PATIENCE).until(() -> count.get() >= before + more);
        }

        @Override
        public void close() {
            ended.set(true);
            for (Thread thread : threads) {
                try {
                    thread.join(5_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }
}
