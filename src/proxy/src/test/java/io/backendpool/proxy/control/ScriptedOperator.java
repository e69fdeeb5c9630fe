package io.backendpool.proxy.control;

import static org.awaitility.Awaitility.await;

import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.SnapshotCodec;
import io.backendpool.control.SnapshotDelta;
import io.backendpool.control.v1.ControlChannelGrpc;
import io.backendpool.control.v1.OperatorMessage;
import io.backendpool.control.v1.ProxyMessage;
import io.backendpool.control.v1.Seat;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The other end of the wire: lets proxies in or refuses them, says what a test tells it to, and keeps what it hears. */
final class ScriptedOperator implements AutoCloseable {
    private final Server server;
    final List<ProxyMessage> heard = new CopyOnWriteArrayList<>();
    final List<String> tokens = new CopyOnWriteArrayList<>();
    volatile @Nullable Status refusal;
    private volatile @Nullable ServerCall<ProxyMessage, OperatorMessage> call;

    ScriptedOperator(int port, TestCertificate identity) throws Exception {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .sslContext(GrpcSslContexts.configure(
                                SslContextBuilder.forServer(identity.key(), identity.certificate()), SslProvider.JDK)
                        .build())
                .addService(ServerServiceDefinition.builder(ControlChannelGrpc.getServiceDescriptor())
                        .addMethod(ControlChannelGrpc.getConnectMethod(), this::accept)
                        .build())
                .build()
                .start();
    }

    int port() {
        return server.getPort();
    }

    private ServerCall.Listener<ProxyMessage> accept(
            ServerCall<ProxyMessage, OperatorMessage> incoming, Metadata headers) {
        tokens.add(String.valueOf(headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER))));
        Status refused = refusal;
        if (refused != null) {
            incoming.close(refused, new Metadata());
            return new ServerCall.Listener<>() {};
        }
        incoming.request(1_000);
        incoming.sendHeaders(new Metadata());
        return new ServerCall.Listener<>() {
            @Override
            public void onMessage(ProxyMessage message) {
                heard.add(message);
                call = incoming;
            }

            @Override
            public void onHalfClose() {
                incoming.close(Status.OK, new Metadata());
            }
        };
    }

    ProxyMessage hears(Predicate<ProxyMessage> wanted) {
        await().until(() -> heard.stream().anyMatch(wanted));
        return heard.stream().filter(wanted).reduce((first, last) -> last).orElseThrow();
    }

    ScriptedOperator whole(PublishedPool pool) {
        return say(OperatorMessage.newBuilder().setSnapshot(SnapshotCodec.encode(pool)));
    }

    ScriptedOperator seat(int index, int count) {
        return say(OperatorMessage.newBuilder()
                .setSeat(Seat.newBuilder().setIndex(index).setCount(count)));
    }

    ScriptedOperator delta(PublishedPool from, PublishedPool to) {
        return delta(from, to, from.revision());
    }

    ScriptedOperator delta(PublishedPool from, PublishedPool to, Revision base) {
        return say(OperatorMessage.newBuilder()
                .setDelta(SnapshotCodec.encode(
                        SnapshotDelta.between(from.snapshot(), to.snapshot()), base, to.revision())));
    }

    ScriptedOperator say(OperatorMessage.Builder message) {
        await().until(() -> call != null);
        ServerCall<ProxyMessage, OperatorMessage> to = call;
        if (to != null) {
            to.sendMessage(message.build());
        }
        return this;
    }

    /** Dies without a word. */
    @Override
    public void close() {
        server.shutdownNow();
        await().until(server::isTerminated);
    }
}
