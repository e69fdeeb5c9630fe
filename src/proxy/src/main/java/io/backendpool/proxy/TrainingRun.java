package io.backendpool.proxy;

import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.SnapshotDigest;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.Certificate;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.Listener;
import io.backendpool.pool.ListenerTls;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.pool.UpstreamTls;
import io.backendpool.proxy.control.TrainingOperator;
import io.backendpool.proxy.warmup.FreePorts;
import io.backendpool.proxy.warmup.LoopbackCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What a proxy does from its start to its end, in one go and alone: an operator of its own on loopback gives it a pool with a
 * listener of each protocol, it warms itself, is asked by its admin port, and drains. The JVM watches, and keeps for later
 * starts what it has seen ({@code -XX:AOTCacheOutput}; JEP 483, 514 and 515): classes, loaded and linked, and which code is
 * hot. The program is {@link ProxyMain}'s own; of what is only here, none reaches a proxy that carries traffic.
 */
public final class TrainingRun {
    private static final PoolId POOL = new PoolId("internal", "training");
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final long POLL_NANOS = 20_000_000;
    private static final int ANSWER_MILLIS = 5_000;

    private TrainingRun() {}

    /** Ends the process by itself, with 0 where all was done; else no cache is made. */
    public static void main(String[] args) {
        try {
            run();
        } catch (IOException | GeneralSecurityException e) {
            fail(e.toString());
        }
    }

    private static void run() throws IOException, GeneralSecurityException {
        Path folder = Files.createTempDirectory("backendpool-training");
        folder.toFile().deleteOnExit();
        LoopbackCertificate certificate = LoopbackCertificate.make(Instant.now());
        int operator = TrainingOperator.start(certificate.chain(), certificate.key(), pool(certificate));
        Path ca = file(folder, "ca.pem", certificate.chain());
        Path token = file(folder, "token", "training");
        int admin = FreePorts.next();
        Thread.ofPlatform().daemon().name("training").start(() -> finish(admin));
        ProxyMain.main(new String[] {
            "--pool=" + POOL,
            "--name=training",
            "--control=127.0.0.1:" + operator,
            "--control-ca=" + ca,
            "--token-file=" + token,
            "--admin=127.0.0.1:" + admin,
            "--bind=127.0.0.1",
            "--warm-up=5s",
            "--drain-deadline=1s"
        });
    }

    private static Path file(Path folder, String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        file.toFile().deleteOnExit();
        return file;
    }

    private static PublishedPool pool(LoopbackCertificate certificate) throws IOException {
        Listener.Protocol[] listening = Listener.Protocol.values();
        BackendGroup.Protocol[] spoken = BackendGroup.Protocol.values();
        Iterator<Integer> ports =
                FreePorts.next(listening.length + spoken.length).iterator();
        List<Listener> listeners = new ArrayList<>();
        for (Listener.Protocol protocol : listening) {
            ListenerTls tls = protocol == Listener.Protocol.HTTPS
                    ? new ListenerTls(List.of("training"), ListenerTls.TlsVersion.TLS_1_2)
                    : null;
            listeners.add(new Listener(protocol.name(), ports.next(), protocol, tls, List.of()));
        }
        List<BackendGroup> groups = new ArrayList<>();
        List<Backend> backends = new ArrayList<>();
        for (BackendGroup.Protocol protocol : spoken) {
            UpstreamTls tls = protocol.isTls() ? new UpstreamTls(null, null, true) : null;
            groups.add(new BackendGroup(protocol.name(), 1, protocol, tls, BackendGroup.ProxyProtocol.NONE, List.of()));
            // Nobody is there: it is asked for its health, and gets no traffic.
            BackendKey key = new BackendKey(protocol.name(), "127.0.0.1", ports.next());
            backends.add(new Backend(key, EndpointConditions.READY, null));
        }
        PoolSnapshot snapshot = new PoolSnapshot(
                POOL,
                listeners,
                groups,
                backends,
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                new HealthCheck(new HealthCheck.TcpProbe(), null, Duration.ofSeconds(1), Duration.ofMillis(500), 1, 1),
                TrafficPolicy.DEFAULT,
                List.of(new Certificate("training", certificate.chain(), certificate.key())));
        return new PublishedPool(new Revision(1, SnapshotDigest.of(snapshot)), snapshot);
    }

    /** Waits until the proxy is ready, looks at all that its admin port shows, and asks it to stop. */
    private static void finish(int admin) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!get(admin, "/ready").startsWith("HTTP/1.1 200")) {
            if (System.nanoTime() - deadline > 0) {
                fail("not ready after " + LIMIT.toSeconds() + " s: " + get(admin, "/ready"));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        get(admin, "/metrics");
        get(admin, "/pool");
        Signals.raise("TERM");
    }

    private static void fail(String why) {
        System.err.println("training: " + why);
        // An exit in order would leave a cache of half of it.
        Runtime.getRuntime().halt(1);
    }

    /** The whole answer; empty: there is none, or none that ends in time. */
    private static String get(int port, String path) {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            socket.setSoTimeout(ANSWER_MILLIS);
            String request = "GET " + path + " HTTP/1.1\r\nHost: training\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (SocketTimeoutException late) {
            System.err.println("training: " + path + ": no answer that ends within " + ANSWER_MILLIS + " ms");
            return "";
        } catch (IOException notYet) {
            return "";
        }
    }
}
