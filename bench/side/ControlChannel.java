package side;

import io.backendpool.control.LastKnownGood;
import io.backendpool.control.PublishedPool;
import io.backendpool.operator.certificates.CertificateAuthority;
import io.backendpool.operator.certificates.CertificatePolicy;
import io.backendpool.operator.certificates.DirectoryCertificateStore;
import io.backendpool.operator.control.ConnectedProxy;
import io.backendpool.operator.control.ControlServer;
import io.backendpool.operator.control.ControlServerConfig;
import io.backendpool.operator.control.InMemoryRevisionStore;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The operator's end of the control channel without the rest of it: takes over the proxy of an operator that has been killed,
 * and publishes what that one had published, as often as it is told. So a change costs the load's core no more than a command
 * to a peer does.
 */
final class ControlChannel implements AutoCloseable {
    private static final PoolId POOL = new PoolId("default", "bench");
    private static final long PATIENCE_MILLIS = 30_000;
    /** Held, or its level is forgotten. */
    private static final Logger LOG = Logger.getLogger("io.backendpool");

    private final ControlServer server;
    private final PoolSnapshot a;
    private final PoolSnapshot b;

    private ControlChannel(ControlServer server, PoolSnapshot a, PoolSnapshot b) {
        this.server = server;
        this.a = a;
        this.b = b;
    }

    /** Publishes the pool of either manifest, first that of {@code a}. */
    static ControlChannel takeOver(Target.Ours ours, String a, String b) throws Exception {
        LOG.setLevel(Level.WARNING);
        Path state = ours.state();
        PoolSnapshot first = runs(ours, a, pool -> true).snapshot();
        PoolSnapshot second = runs(ours, b, pool -> !pool.snapshot().equals(first)).snapshot();
        ours.killOperator();
        Clock clock = Clock.systemUTC();
        CertificateAuthority authority = CertificateAuthority.open(
                new DirectoryCertificateStore(state.resolve("certificates")), CertificatePolicy.forThisHost(), clock);
        int port = Integer.parseInt(Files.readString(state.resolve("control.port")).strip());
        ControlServer server = ControlServer.start(
                ControlServerConfig.on("127.0.0.1", port), authority, token -> POOL, new InMemoryRevisionStore(), clock);
        ControlChannel channel = new ControlChannel(server, first, second);
        channel.publish(false);
        channel.awaitProxy();
        return channel;
    }

    /** What the proxy has kept of {@code manifest} once it runs it. */
    private static PublishedPool runs(Target.Ours ours, String manifest, Predicate<PublishedPool> isIt) throws Exception {
        ours.edit(manifest);
        Path file = ours.state().resolve("pools/default_bench/state/last-known-good");
        return await("taken a pool", () -> LastKnownGood.read(file, POOL) instanceof LastKnownGood.Found found && isIt.test(found.pool())
                ? found.pool()
                : null);
    }

    private void awaitProxy() throws Exception {
        await("come", () -> {
            List<ConnectedProxy> proxies = server.proxies(POOL);
            PublishedPool published = server.published(POOL);
            return published != null && proxies.size() == 1 && published.revision().equals(proxies.getFirst().acked()) ? published : null;
        });
    }

    /** What is there in the end; null is not yet. */
    private static <T> T await(String what, Supplier<T> look) throws Exception {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < PATIENCE_MILLIS * 1_000_000) {
            T found = look.get();
            if (found != null) {
                return found;
            }
            Thread.sleep(10);
        }
        throw new IOException("our proxy has not %s within %d ms".formatted(what, PATIENCE_MILLIS));
    }

    /** Makes the pool that of the second manifest, or of the first. */
    void publish(boolean second) {
        server.publish(second ? b : a);
    }

    @Override
    public void close() {
        server.close();
    }
}
