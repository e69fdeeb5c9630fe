package io.backendpool.proxy.warmup;

import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.Certificate;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.Listener;
import io.backendpool.pool.ListenerTls;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.pool.UpstreamTls;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.EffectiveWeights;
import io.backendpool.proxy.listener.Listeners;
import io.backendpool.proxy.tls.BackendTls;
import io.backendpool.proxy.tls.TlsEngine;
import io.backendpool.proxy.traffic.TrafficRecorder;
import io.backendpool.proxy.upstream.LivePool;
import io.backendpool.proxy.upstream.PoolHolder;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The request path as it is for traffic, with a pool, counters and ports of its own: everything that the traffic's event
 * loops do, and nothing that anybody else sees. Any thread.
 */
final class LoopbackProxy {
    static final String ADDRESS = "127.0.0.1";
    private static final String CERTIFICATE = "warm-up";
    private static final int PORT_TRIES = 5;

    private final PoolHolder pools = new PoolHolder();
    private final Listeners listeners;

    /** Nothing is open yet. */
    LoopbackProxy(Vertx traffic) {
        listeners = new Listeners(
                traffic, ADDRESS, pools, new TrafficRecorder(System::nanoTime), ProxyLimits.defaults(), null);
    }

    /**
     * Opens a listener for each of {@code protocols}.
     *
     * @param backends the ports of the backends, by what they speak; all of one pool, in turn
     */
    Future<Void> open(
            Set<Listener.Protocol> protocols,
            Map<BackendGroup.Protocol, Integer> backends,
            LoopbackCertificate certificate) {
        return open(protocols, backends, certificate.forListeners(CERTIFICATE), PORT_TRIES);
    }

    /** Listeners have fixed ports, so free ones are looked for; they may be taken in between. */
    private Future<Void> open(
            Set<Listener.Protocol> protocols,
            Map<BackendGroup.Protocol, Integer> backends,
            Certificate certificate,
            int tries) {
        PoolSnapshot snapshot;
        try {
            snapshot = snapshot(listeners(protocols), backends, certificate);
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
        pools.publish(live(snapshot));
        return Future.fromCompletionStage(listeners.apply(snapshot)).compose(unbound -> {
            if (unbound == null) {
                return Future.succeededFuture();
            }
            return tries > 1
                    ? open(protocols, backends, certificate, tries - 1)
                    : Future.failedFuture(new IOException(unbound));
        });
    }

    private static List<Listener> listeners(Set<Listener.Protocol> protocols) throws IOException {
        List<Listener> listeners = new ArrayList<>();
        Iterator<Integer> ports = FreePorts.next(protocols.size()).iterator();
        for (Listener.Protocol protocol : protocols) {
            ListenerTls tls = protocol == Listener.Protocol.HTTPS
                    ? new ListenerTls(List.of(CERTIFICATE), ListenerTls.TlsVersion.TLS_1_2)
                    : null;
            listeners.add(new Listener(protocol.name(), ports.next(), protocol, tls, List.of()));
        }
        return listeners;
    }

    private static PoolSnapshot snapshot(
            List<Listener> listeners, Map<BackendGroup.Protocol, Integer> ports, Certificate certificate) {
        List<BackendGroup> groups = new ArrayList<>();
        List<Backend> backends = new ArrayList<>();
        ports.forEach((protocol, port) -> {
            UpstreamTls tls = protocol.isTls() ? new UpstreamTls(null, null, true) : null;
            groups.add(new BackendGroup(protocol.name(), 1, protocol, tls, BackendGroup.ProxyProtocol.NONE, List.of()));
            backends.add(new Backend(new BackendKey(protocol.name(), ADDRESS, port), EndpointConditions.READY, null));
        });
        return new PoolSnapshot(
                new PoolId("internal", "warm-up"),
                listeners,
                groups,
                backends,
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null,
                TrafficPolicy.DEFAULT,
                List.of(certificate));
    }

    private static LivePool live(PoolSnapshot snapshot) {
        List<BackendHealth> health = snapshot.backends().stream()
                .map(backend -> BackendHealth.initial(EndpointConditions.READY, null, Instant.EPOCH))
                .toList();
        return new LivePool(
                new PublishedPool(new Revision(1, "sha256:"), snapshot),
                health,
                EffectiveWeights.of(
                        snapshot, health.stream().map(BackendHealth::state).toList()),
                false,
                BackendTls.compile(snapshot, Map.of(), TlsEngine.best()));
    }

    /** The port of the listener of {@code protocol}. */
    int port(Listener.Protocol protocol) {
        return listeners.boundPort(protocol.name());
    }

    /** Ends it, at once. */
    Future<Void> close() {
        return Future.fromCompletionStage(listeners.drain(Duration.ZERO));
    }
}
