package io.backendpool.proxy.warmup;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.Listener;
import io.backendpool.pool.PoolSnapshot;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which paths through the proxy are to be warm.
 *
 * @param clients how clients speak
 * @param backends what backends speak to whom the {@link Client#isHttp requests} of those clients go
 */
public record WarmUpPlan(Set<Client> clients, Set<BackendGroup.Protocol> backends) {
    /** How a client speaks. */
    public enum Client {
        HTTP_1("HTTP/1.1", Listener.Protocol.HTTP, false, false),
        H2C("h2c", Listener.Protocol.HTTP, false, true),
        HTTP_1_TLS("HTTP/1.1 in TLS", Listener.Protocol.HTTPS, true, false),
        H2("HTTP/2 in TLS", Listener.Protocol.HTTPS, true, true),
        TCP("TCP", Listener.Protocol.TCP, false, false),
        TLS_PASSED_ON("TLS passed on", Listener.Protocol.TLS, true, false),
        UDP("UDP", Listener.Protocol.UDP, false, false);

        private final String word;
        private final Listener.Protocol listener;
        private final boolean tls;
        private final boolean http2;

        Client(String word, Listener.Protocol listener, boolean tls, boolean http2) {
            this.word = word;
            this.listener = listener;
            this.tls = tls;
            this.http2 = http2;
        }

        /** As the log names it. */
        String word() {
            return word;
        }

        /** What kind of listener it speaks to. */
        Listener.Protocol listener() {
            return listener;
        }

        boolean isTls() {
            return tls;
        }

        boolean isHttp2() {
            return http2;
        }

        /** Requests and responses, not bytes. */
        boolean isHttp() {
            return listener.isHttp();
        }
    }

    /** What most pools use: warmed as long as the pool is not known. */
    public static final WarmUpPlan USUAL = new WarmUpPlan(Set.of(Client.HTTP_1), Set.of(BackendGroup.Protocol.HTTP));

    /** No path. */
    public static final WarmUpPlan NOTHING = new WarmUpPlan(Set.of(), Set.of());

    public WarmUpPlan {
        clients = Set.copyOf(clients);
        backends = Set.copyOf(backends);
    }

    /** What the listeners of {@code snapshot} use. */
    public static WarmUpPlan of(PoolSnapshot snapshot) {
        Set<BackendGroup.Protocol> backends = EnumSet.noneOf(BackendGroup.Protocol.class);
        snapshot.groups().forEach(group -> backends.add(group.protocol()));
        boolean http2Backends = backends.stream().anyMatch(BackendGroup.Protocol::isHttp2);
        Set<Client> clients = EnumSet.noneOf(Client.class);
        for (Listener listener : snapshot.listeners()) {
            for (Client client : Client.values()) {
                // Who speaks HTTP/2 in plain text speaks it to such backends: gRPC.
                if (client.listener() == listener.protocol() && (client != Client.H2C || http2Backends)) {
                    clients.add(client);
                }
            }
        }
        boolean http = clients.stream().anyMatch(Client::isHttp);
        return new WarmUpPlan(clients, http ? backends : Set.of());
    }

    /** What is left of this when {@code done} is warm. */
    public WarmUpPlan without(WarmUpPlan done) {
        boolean backendsDone = done.backends.containsAll(backends);
        Set<Client> left = new TreeSet<>(clients);
        left.removeIf(client -> done.clients.contains(client) && (backendsDone || !client.isHttp()));
        return new WarmUpPlan(left, left.stream().anyMatch(Client::isHttp) ? backends : Set.of());
    }

    /** This and {@code other}. */
    public WarmUpPlan and(WarmUpPlan other) {
        Set<Client> allClients = new TreeSet<>(clients);
        allClients.addAll(other.clients);
        Set<BackendGroup.Protocol> allBackends = new TreeSet<>(backends);
        allBackends.addAll(other.backends);
        return new WarmUpPlan(allClients, allBackends);
    }

    /** There is nothing to warm. */
    public boolean isEmpty() {
        return clients.isEmpty();
    }

    boolean hasHttp() {
        return clients.stream().anyMatch(Client::isHttp);
    }
}
