package io.backendpool.proxy.control;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Makes a fresh channel for every dial, with the CAs and the token that the files hold at that moment: both rotate without
 * a restart. All channels share one event loop, which is none of the data plane's.
 */
final class Dialer {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /** A pool of 100,000 backends is about 8 MiB. */
    private static final int MAX_MESSAGE_BYTES = 64 << 20;

    private static final int CONNECT_TIMEOUT_MILLIS = 3_000;

    /** The shortest that gRPC lets a client have. The operator pings more often. */
    private static final long KEEPALIVE_SECONDS = 10;

    private static final long KEEPALIVE_TIMEOUT_SECONDS = 5;

    private final ControlSettings settings;
    private final Clock clock;
    private final Executor executor;
    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, Thread.ofPlatform().daemon().name("control-io").factory(), NioIoHandler.newFactory());

    /** @param executor runs all callbacks, one at a time */
    Dialer(ControlSettings settings, Clock clock, Executor executor) {
        this.settings = settings;
        this.clock = clock;
        this.executor = executor;
    }

    /** What one dial needs. */
    record Dial(ManagedChannel channel, Metadata headers) {}

    /**
     * A channel that is about to connect.
     *
     * @throws IOException a file cannot be used; the message is one sentence that names it
     */
    Dial dial() throws IOException {
        Metadata headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + token(settings.tokenFile()));
        SslContext tls = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                .protocols("TLSv1.3")
                .trustManager(TrustBundle.read(settings.trustBundle(), clock).toArray(new X509Certificate[0]))
                .build();
        ManagedChannel channel = NettyChannelBuilder.forAddress(settings.host(), settings.port())
                .eventLoopGroup(loop)
                .channelType(NioSocketChannel.class)
                .withOption(io.netty.channel.ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .executor(executor)
                .sslContext(tls)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                // The control client has its own backoff, and says what failed.
                .disableRetry()
                // An HTTP proxy of the environment is for the world outside, not for the operator.
                .proxyDetector(target -> null)
                .build();
        return new Dial(channel, headers);
    }

    private static String token(Path file) throws IOException {
        String token;
        try {
            token = Files.readString(file).strip();
        } catch (IOException unreadable) {
            throw new IOException("token file %s: cannot be read: %s".formatted(file, unreadable), unreadable);
        }
        if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IOException("token file %s: holds no token (expected: visible ASCII)".formatted(file));
        }
        return token;
    }

    /** Stops the event loop, then runs {@code then}. */
    void close(Runnable then) {
        var unused = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).addListener(done -> then.run());
    }
}
