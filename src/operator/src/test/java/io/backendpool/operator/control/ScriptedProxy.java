package io.backendpool.operator.control;

import static org.awaitility.Awaitility.await;

import io.backendpool.control.InvalidSeatException;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.Seat;
import io.backendpool.control.SeatCodec;
import io.backendpool.control.SnapshotCodec;
import io.backendpool.control.v1.Ack;
import io.backendpool.control.v1.ControlChannelGrpc;
import io.backendpool.control.v1.Hello;
import io.backendpool.control.v1.Nack;
import io.backendpool.control.v1.OperatorMessage;
import io.backendpool.control.v1.ProxyMessage;
import io.backendpool.control.v1.Report;
import io.backendpool.control.v1.WholeWanted;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The other end of the wire: says what a test tells it to say, and keeps what it hears. */
final class ScriptedProxy implements AutoCloseable {
    private final ManagedChannel channel;
    private final StreamObserver<ProxyMessage> out;
    final List<OperatorMessage> heard = new CopyOnWriteArrayList<>();
    volatile @Nullable Status ended;

    ScriptedProxy(int port, String trustBundle, @Nullable String token) throws Exception {
        channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .sslContext(
                        GrpcSslContexts.configure(io.netty.handler.ssl.SslContextBuilder.forClient(), SslProvider.JDK)
                                .trustManager(new ByteArrayInputStream(trustBundle.getBytes(StandardCharsets.UTF_8)))
                                .build())
                .build();
        Metadata headers = new Metadata();
        if (token != null) {
            headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        }
        out = ControlChannelGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .connect(new StreamObserver<>() {
                    @Override
                    public void onNext(OperatorMessage message) {
                        heard.add(message);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        ended = Status.fromThrowable(failure);
                    }

                    @Override
                    public void onCompleted() {
                        ended = Status.OK;
                    }
                });
    }

    ScriptedProxy hello(String pool, String name, @Nullable Revision applied) {
        Hello.Builder hello = Hello.newBuilder()
                .setPool(pool)
                .setProxy(name)
                .setVersion("1.0")
                .setProtocol(ConnectHandler.PROTOCOL);
        if (applied != null) {
            hello.setApplied(SnapshotCodec.encode(applied));
        }
        return say(ProxyMessage.newBuilder().setHello(hello).build());
    }

    ScriptedProxy hello(Hello.Builder hello) {
        return say(ProxyMessage.newBuilder()
                .setHello(hello.setVersion("1.0").setProtocol(ConnectHandler.PROTOCOL))
                .build());
    }

    /** Ends the stream by its own will. */
    void goodbye() {
        out.onCompleted();
        end();
    }

    /** The seats that it was dealt, in their order. */
    List<Seat> seats() throws InvalidSeatException {
        List<Seat> seats = new ArrayList<>();
        for (OperatorMessage message : heard) {
            if (message.hasSeat()) {
                seats.add(SeatCodec.decode(message.getSeat()));
            }
        }
        return seats;
    }

    ScriptedProxy ack(Revision revision) {
        return say(ProxyMessage.newBuilder()
                .setAck(Ack.newBuilder().setRevision(SnapshotCodec.encode(revision)))
                .build());
    }

    ScriptedProxy nack(Revision revision, String reason) {
        return say(ProxyMessage.newBuilder()
                .setNack(Nack.newBuilder()
                        .setRevision(SnapshotCodec.encode(revision))
                        .setReason(reason))
                .build());
    }

    ScriptedProxy wholeWanted() {
        return say(ProxyMessage.newBuilder()
                .setWholeWanted(WholeWanted.newBuilder().setReason("lost"))
                .build());
    }

    ScriptedProxy report(Report report) {
        return say(ProxyMessage.newBuilder().setReport(report).build());
    }

    ScriptedProxy say(ProxyMessage message) {
        out.onNext(message);
        return this;
    }

    /** The message of index {@code index}, once it has come. */
    OperatorMessage message(int index) {
        await().until(() -> heard.size() > index);
        return heard.get(index);
    }

    PublishedPool whole(int index) throws Exception {
        PublishedPool pool = SnapshotCodec.decode(message(index).getSnapshot());
        SnapshotCodec.verify(pool);
        return pool;
    }

    Status end() {
        await().until(() -> ended != null);
        Status status = ended;
        return status == null ? Status.UNKNOWN : status;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
