package io.backendpool.operator.cluster;

import io.backendpool.control.BackendStatus;
import io.backendpool.control.InvalidSnapshotException;
import io.backendpool.control.ProxyStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.ReportCodec;
import io.backendpool.control.SnapshotCodec;
import io.backendpool.control.Traffic;
import io.backendpool.control.v1.Ack;
import io.backendpool.control.v1.ControlChannelGrpc;
import io.backendpool.control.v1.Hello;
import io.backendpool.control.v1.OperatorMessage;
import io.backendpool.control.v1.ProxyMessage;
import io.backendpool.control.v1.WholeWanted;
import io.backendpool.pool.HealthState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A proxy reduced to what the operator sees of it: it dials, acknowledges each revision and reports every backend as healthy.
 * Hundreds of them fit where as many JVMs do not.
 */
final class CrowdProxy implements AutoCloseable {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final ManagedChannel channel;
    private final StreamObserver<ProxyMessage> out;
    private final Instant started = Instant.now();
    private volatile @Nullable PublishedPool live;
    private volatile @Nullable Status ended;

    /** Dials {@code port} of this host for {@code pool}, as {@code name}. */
    CrowdProxy(int port, SslContext tls, String token, String pool, String name) {
        channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .sslContext(tls)
                .build();
        Metadata headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + token);
        out = ControlChannelGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .connect(new StreamObserver<>() {
                    @Override
                    public void onNext(OperatorMessage message) {
                        hear(message);
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
        out.onNext(ProxyMessage.newBuilder()
                .setHello(Hello.newBuilder()
                        .setPool(pool)
                        .setProxy(name)
                        .setVersion("1.0")
                        .setProtocol(1))
                .build());
    }

    /** Trusts the CAs of {@code bundle}. */
    static SslContext trusting(String bundle) throws SSLException {
        return GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                .trustManager(new ByteArrayInputStream(bundle.getBytes(StandardCharsets.US_ASCII)))
                .build();
    }

    /** What it runs; null: nothing yet. */
    @Nullable
    PublishedPool live() {
        return live;
    }

    /** Why it is not connected any more; null: it is, or it is about to. */
    @Nullable
    Status ended() {
        return ended;
    }

    private void hear(OperatorMessage message) {
        switch (message.getKindCase()) {
            case SNAPSHOT -> {
                try {
                    take(SnapshotCodec.decode(message.getSnapshot()));
                } catch (InvalidSnapshotException defect) {
                    throw new IllegalStateException(defect);
                }
            }
            case DELTA ->
                out.onNext(ProxyMessage.newBuilder()
                        .setWholeWanted(WholeWanted.newBuilder().setReason("it keeps no base"))
                        .build());
            case SEAT, SHUTDOWN, KIND_NOT_SET -> {
                // It takes no part of anything, and the end of the stream follows by itself.
            }
        }
    }

    private void take(PublishedPool pool) {
        live = pool;
        out.onNext(ProxyMessage.newBuilder()
                .setAck(Ack.newBuilder().setRevision(SnapshotCodec.encode(pool.revision())))
                .build());
        List<BackendStatus> backends = pool.snapshot().backends().stream()
                .map(backend ->
                        new BackendStatus(backend.key(), HealthState.HEALTHY, "endpoint is ready", started, 1, 0, 0))
                .toList();
        out.onNext(ProxyMessage.newBuilder()
                .setReport(ReportCodec.whole(new ProxyStatus(true, backends, Traffic.NONE)))
                .build());
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
