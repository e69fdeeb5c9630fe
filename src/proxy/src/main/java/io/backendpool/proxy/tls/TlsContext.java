package io.backendpool.proxy.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCountUtil;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one end of TLS connections, from which handlers are made; sessions are resumed among them. Any thread.
 * Its native memory is given back when nobody can reach it any more: connections that it has made hold their own share.
 */
final class TlsContext {
    /** Forward secrecy and authenticated encryption only; the first of them that a client has is taken. */
    private static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private static final Cleaner CLEANER = Cleaner.create();

    private final SslContext context;

    private TlsContext(SslContext context) {
        this.context = context;
        CLEANER.register(this, () -> ReferenceCountUtil.release(context));
    }

    /**
     * Builds what {@code builder} has so far, on {@code engine}.
     *
     * @param protocols versions of TLS, by their Java names
     * @param alpn protocols to offer, the most wanted first
     */
    static TlsContext build(SslContextBuilder builder, TlsEngine engine, List<String> protocols, List<String> alpn)
            throws SSLException {
        if (engine == TlsEngine.BORINGSSL) {
            // A task of its own for what is done at once anyway costs a turn.
            builder.option(OpenSslContextOption.USE_TASKS, false);
        }
        SslContext context = builder.sslProvider(engine.provider())
                .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .protocols(protocols)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        alpn))
                .build();
        if (context.isServer() && context.sessionContext() instanceof OpenSslSessionContext sessions) {
            // Without a key of ours: BoringSSL makes one for the context, and a new one every two days.
            sessions.setTicketKeys();
        }
        return new TlsContext(context);
    }

    /** For a server's connection. */
    SslHandler newHandler(ByteBufAllocator allocator) {
        try {
            return context.newHandler(allocator);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * For a client's connection.
     *
     * @param serverName asked for, and what the certificate must be for; null: neither
     */
    SslHandler newHandler(ByteBufAllocator allocator, @Nullable String serverName, int port) {
        try {
            return serverName == null ? context.newHandler(allocator) : context.newHandler(allocator, serverName, port);
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
