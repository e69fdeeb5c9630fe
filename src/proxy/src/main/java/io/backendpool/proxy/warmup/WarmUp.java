package io.backendpool.proxy.warmup;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.Listener;
import io.backendpool.proxy.tls.AlpnChoice;
import io.backendpool.proxy.warmup.WarmUpPlan.Client;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServerOptions;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Warms the paths of a {@link WarmUpPlan}, all at once. Any thread. */
public final class WarmUp {
    /** What is reached within the time limit on common machines; the curve of latency is flat by then. */
    public static final int REQUESTS = 20_000;

    private static final int CLIENTS_PER_LOOP = 4;
    private static final int REQUESTS_PER_CONNECTION = 200;
    /** Handshakes are the dear part of short connections. */
    private static final int REQUESTS_PER_TLS_CONNECTION = 50;

    private final Vertx traffic;
    private final Vertx side;
    private final int clients;
    private final int requests;
    private final Duration limit;

    /**
     * Made, not yet running.
     *
     * @param traffic whose event loops to warm
     * @param side where the clients and the backends run
     * @param eventLoops of {@code traffic}
     * @param requests how many to send at most, for each of the plan's clients
     * @param limit how long to go on after the first answer; in all it may take three times as long
     */
    public WarmUp(Vertx traffic, Vertx side, int eventLoops, int requests, Duration limit) {
        this.traffic = traffic;
        this.side = side;
        this.clients = CLIENTS_PER_LOOP * eventLoops;
        this.requests = requests;
        this.limit = limit;
    }

    /**
     * What came of it.
     *
     * @param answered requests, datagrams and messages of streams
     * @param wanted as many were to be sent, had there been time
     */
    public record Result(int answered, int wanted, Duration took, Set<Client> paths) {
        public Result {
            paths = Set.copyOf(paths);
        }

        /** For the log: {@code by 40,000 requests (HTTP/1.1 in TLS, HTTP/2 in TLS) in 1,800 ms}. */
        @Override
        public String toString() {
            String of = answered < wanted ? " of %,d".formatted(wanted) : "";
            String which =
                    String.join(", ", paths.stream().sorted().map(Client::word).toList());
            return "by %,d%s requests (%s) in %,d ms".formatted(answered, of, which, took.toMillis());
        }
    }

    /** Warms. The future fails where a path could not be driven at all. */
    public Future<Result> run(WarmUpPlan plan) {
        WarmUpBudget budget = new WarmUpBudget(
                (int) Math.min(
                        Integer.MAX_VALUE, (long) requests * plan.clients().size()),
                limit);
        LoopbackCertificate certificate;
        try {
            certificate = LoopbackCertificate.make(Instant.now());
        } catch (GeneralSecurityException unexpected) {
            return Future.failedFuture(unexpected);
        }
        List<Future<Void>> paths = new ArrayList<>();
        if (plan.hasHttp()) {
            paths.add(http(plan, certificate, budget));
        }
        for (Client client : plan.clients()) {
            switch (client) {
                case HTTP_1, H2C, HTTP_1_TLS, H2 -> {
                    // All of one pool, above.
                }
                case TCP, TLS_PASSED_ON -> paths.add(streams(client, certificate, budget));
                case UDP -> paths.add(datagrams(certificate, budget));
            }
        }
        return Future.join(paths)
                .map(done -> new Result(budget.answers(), budget.requests(), budget.since(), plan.clients()));
    }

    private Future<Void> http(WarmUpPlan plan, LoopbackCertificate certificate, WarmUpBudget budget) {
        HttpBackends backends = new HttpBackends(side);
        LoopbackProxy proxy = new LoopbackProxy(traffic);
        Set<Listener.Protocol> listeners = EnumSet.noneOf(Listener.Protocol.class);
        List<Client> speakers =
                plan.clients().stream().filter(Client::isHttp).sorted().toList();
        speakers.forEach(client -> listeners.add(client.listener()));
        return backends.start(plan.backends(), certificate)
                .compose(ports -> proxy.open(listeners, ports, certificate))
                .compose(open -> Future.join(speakers.stream()
                                .map(client -> drive(client, proxy, budget))
                                .toList())
                        .<Void>mapEmpty())
                .eventually(() -> Future.join(proxy.close(), backends.close()));
    }

    private Future<Void> streams(Client client, LoopbackCertificate certificate, WarmUpBudget budget) {
        LoopbackProxy proxy = new LoopbackProxy(traffic);
        NetServerOptions options = new NetServerOptions();
        return EchoBackend.streams(side, client.isTls() ? certificate.secure(options) : options)
                .compose(backend -> proxy.open(Set.of(client.listener()), group(backend.actualPort()), certificate)
                        .compose(open -> drive(client, proxy, budget))
                        .eventually(() -> Future.join(proxy.close(), backend.close())));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end of a socket on loopback
    private Future<Void> datagrams(LoopbackCertificate certificate, WarmUpBudget budget) {
        LoopbackProxy proxy = new LoopbackProxy(traffic);
        return EchoBackend.datagrams(side).compose(backend -> {
            int backendPort = ((InetSocketAddress) backend.localAddress()).getPort();
            return proxy.open(Set.of(Listener.Protocol.UDP), group(backendPort), certificate)
                    .compose(open -> {
                        int port = proxy.port(Listener.Protocol.UDP);
                        List<Future<Void>> running = new ArrayList<>();
                        for (int i = 0; i < clients; i++) {
                            running.add(new WarmUpDatagrams(side, port, budget).run());
                        }
                        return Future.all(running).<Void>mapEmpty();
                    })
                    .onComplete(ended -> backend.close())
                    .eventually(proxy::close);
        });
    }

    private static Map<BackendGroup.Protocol, Integer> group(int port) {
        return new EnumMap<>(Map.of(BackendGroup.Protocol.HTTP, port));
    }

    private Future<Void> drive(Client speaker, LoopbackProxy proxy, WarmUpBudget budget) {
        NetClientOptions options = new NetClientOptions().setTcpNoDelay(true);
        String protocol = speaker.isHttp2() ? AlpnChoice.HTTP_2 : AlpnChoice.HTTP_1_1;
        NetClient client =
                side.createNetClient(speaker.isTls() ? LoopbackCertificate.secure(options, protocol) : options);
        Supplier<Dialogue> dialogues = dialogues(speaker);
        int each = speaker.isTls() ? REQUESTS_PER_TLS_CONNECTION : REQUESTS_PER_CONNECTION;
        int port = proxy.port(speaker.listener());
        List<Future<Void>> running = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            running.add(new WarmUpClient(side, client, port, dialogues, budget, each).run());
        }
        return Future.all(running).<Void>mapEmpty().eventually(client::close);
    }

    private static Supplier<Dialogue> dialogues(Client speaker) {
        return switch (speaker) {
            case HTTP_1, HTTP_1_TLS -> Http1Dialogue::new;
            case H2C -> () -> new Http2Dialogue(false);
            case H2 -> () -> new Http2Dialogue(true);
            case TCP, TLS_PASSED_ON, UDP -> EchoDialogue::new;
        };
    }
}
