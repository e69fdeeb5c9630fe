package io.backendpool.proxy.control;

import io.backendpool.control.PublishedPool;
import io.backendpool.control.SnapshotCodec;
import io.backendpool.control.v1.ControlChannelGrpc;
import io.backendpool.control.v1.OperatorMessage;
import io.backendpool.control.v1.ProxyMessage;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * The other end of the control channel in the training run: says one pool to whoever says hello. A proxy that carries traffic
 * has none. Any thread.
 */
public final class TrainingOperator {
    private TrainingOperator() {}

    /**
     * Listens on loopback until the process ends.
     *
     * @param chain its certificate for 127.0.0.1, PEM
     * @param key PKCS #8 in PEM
     * @return its port
     */
    public static int start(String chain, String key, PublishedPool pool) throws IOException {
        OperatorMessage whole = OperatorMessage.newBuilder()
                .setSnapshot(SnapshotCodec.encode(pool))
                .build();
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
                .sslContext(
                        GrpcSslContexts.configure(SslContextBuilder.forServer(pem(chain), pem(key)), SslProvider.JDK)
                                .build())
                .addService(new ControlChannelGrpc.ControlChannelImplBase() {
                    @Override
                    public StreamObserver<ProxyMessage> connect(StreamObserver<OperatorMessage> proxy) {
                        return new Session(proxy, whole);
                    }
                })
                .build()
                .start()
                .getPort();
    }

    private static InputStream pem(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }

    private record Session(StreamObserver<OperatorMessage> proxy, OperatorMessage whole)
            implements StreamObserver<ProxyMessage> {
        @Override
        public void onNext(ProxyMessage message) {
            if (message.hasHello()) {
                proxy.onNext(whole);
            }
        }

        @Override
        public void onError(Throwable gone) {
            // The proxy has ended.
        }

        @Override
        public void onCompleted() {
            proxy.onCompleted();
        }
    }
}
