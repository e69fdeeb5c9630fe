package io.backendpool.proxy.tls;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.UpstreamTls;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * How TLS connections to the backends of one group are made. Sessions are resumed among them. Immutable; any thread. Two
 * that were compiled of equal settings one after the other are the same object, so that a change is told by identity.
 */
public final class BackendTls {
    private static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");

    /** What it depends on. */
    private record Source(UpstreamTls settings, boolean http2) {}

    /** What is offered by ALPN. */
    public enum Offer {
        /** What the traffic of the group offers. */
        TRAFFIC,
        HTTP_1_1,
        /** HTTP/2, which the backend must choose. */
        HTTP_2
    }

    private final Source source;
    private final TlsContext http1;
    private final TlsContext http2;

    private BackendTls(Source source, TlsContext http1, TlsContext http2) {
        this.source = source;
        this.http1 = http1;
        this.http2 = http2;
    }

    /** Why a group's TLS cannot be had, in one sentence that names the group; null: all can. */
    public static @Nullable String refusal(PoolSnapshot snapshot) {
        for (BackendGroup group : snapshot.groups()) {
            UpstreamTls tls = group.tls();
            if (tls != null && tls.caCertificates() != null) {
                try {
                    Pem.certificates(tls.caCertificates());
                } catch (GeneralSecurityException garbage) {
                    return "backends[%s].tls.caCertificates: %s".formatted(group.name(), garbage.getMessage());
                }
            }
        }
        return null;
    }

    /**
     * Compiles the groups of {@code snapshot} that need it, by their names. Costs some milliseconds for each that
     * {@code before} does not have.
     *
     * @param snapshot one without a {@link #refusal}
     */
    public static Map<String, BackendTls> compile(
            PoolSnapshot snapshot, Map<String, BackendTls> before, TlsEngine engine) {
        Map<String, BackendTls> compiled = new HashMap<>();
        for (BackendGroup group : snapshot.groups()) {
            UpstreamTls settings = group.tls();
            if (settings != null) {
                Source source = new Source(settings, group.protocol().isHttp2());
                BackendTls known = before.get(group.name());
                compiled.put(
                        group.name(), known != null && known.source.equals(source) ? known : compile(source, engine));
            }
        }
        return Map.copyOf(compiled);
    }

    /**
     * For a check of backends of which nothing is known but that they end TLS themselves: any certificate will do.
     *
     * @param serverName asked for; null: none is
     */
    public static BackendTls unverified(@Nullable String serverName, TlsEngine engine) {
        return compile(new Source(new UpstreamTls(serverName, null, true), false), engine);
    }

    private static BackendTls compile(Source source, TlsEngine engine) {
        try {
            UpstreamTls settings = source.settings();
            X509ExtendedTrustManager trust = settings.insecureSkipVerify() ? new AnyCertificate() : trust(settings);
            // Both, whatever the traffic speaks: a check by gRPC is one of HTTP/2.
            return new BackendTls(
                    source,
                    context(settings, trust, engine, AlpnChoice.HTTP_1_1),
                    context(settings, trust, engine, AlpnChoice.HTTP_2));
        } catch (GeneralSecurityException | SSLException unexpected) {
            throw new IllegalStateException("TLS to backends cannot be set up", unexpected);
        }
    }

    private static BackendTrust trust(UpstreamTls settings) throws GeneralSecurityException {
        String authorities = settings.caCertificates();
        List<X509Certificate> certificates = authorities == null ? null : Pem.certificates(authorities);
        return BackendTrust.in(certificates, settings.serverName());
    }

    private static TlsContext context(
            UpstreamTls settings, X509ExtendedTrustManager trust, TlsEngine engine, String protocol)
            throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .trustManager(trust)
                .endpointIdentificationAlgorithm(settings.insecureSkipVerify() ? "" : "HTTPS");
        return TlsContext.build(builder, engine, VERSIONS, List.of(protocol));
    }

    /**
     * Makes a handshake on {@code channel}, which is connected and on whose event loop this is called. The TLS handler is
     * the first of the pipeline.
     *
     * @param port of the backend: sessions are remembered by name and port
     * @param limit for the handshake
     * @param done told once, on the event loop, null: the connection is ready; else why not, and the channel is closed
     */
    public void secure(Channel channel, int port, Duration limit, Consumer<@Nullable BackendTlsException> done) {
        secure(channel, port, Offer.TRAFFIC, limit, done);
    }

    /** The same for a health check, which may speak otherwise than the traffic. */
    public void secure(
            Channel channel, int port, Offer offer, Duration limit, Consumer<@Nullable BackendTlsException> done) {
        boolean ofHttp2 =
                switch (offer) {
                    case TRAFFIC -> source.http2();
                    case HTTP_1_1 -> false;
                    case HTTP_2 -> true;
                };
        handshake(ofHttp2 ? http2 : http1, ofHttp2 ? AlpnChoice.HTTP_2 : null, channel, port, limit, done);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // how a handshake and a close end, their events tell
    private void handshake(
            TlsContext context,
            @Nullable String required,
            Channel channel,
            int port,
            Duration limit,
            Consumer<@Nullable BackendTlsException> done) {
        SslHandler handler =
                context.newHandler(channel.alloc(), source.settings().serverName(), port);
        handler.setHandshakeTimeoutMillis(Math.max(1, limit.toMillis()));
        channel.pipeline().addFirst(TlsChannels.HANDLER, handler);
        channel.pipeline().addAfter(TlsChannels.HANDLER, "backendpool-tls-failure", new Silence());
        handler.handshakeFuture().addListener(ended -> {
            if (!ended.isSuccess()) {
                channel.close();
                done.accept(failure(ended.cause()));
            } else if (required != null && !required.equals(handler.applicationProtocol())) {
                channel.close();
                done.accept(new BackendTlsException("TLS: the backend does not offer HTTP/2 (expected: h2 by ALPN)"));
            } else {
                channel.pipeline().remove(Silence.class);
                done.accept(null);
            }
        });
    }

    private static BackendTlsException failure(Throwable cause) {
        String reason = cause instanceof SslHandshakeTimeoutException
                ? "the handshake was not done in time"
                : TlsFailures.describe(cause);
        return new BackendTlsException("TLS: " + reason, cause);
    }

    /** What a failed handshake throws beside its event is known already. */
    private static final class Silence extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // Told by the handshake's future.
        }
    }
}
