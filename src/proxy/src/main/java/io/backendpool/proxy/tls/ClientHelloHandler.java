package io.backendpool.proxy.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the client's first message, however it is cut into records and segments, and makes way for the TLS handler of
 * the certificate that fits it. Event loop only.
 */
final class ClientHelloHandler extends SslClientHelloHandler<TlsContext> {
    /** Those of browsers, with a post-quantum key share, are below 2 KiB. */
    private static final int MAX_LENGTH = 64 * 1024;

    private final TlsListener accepting;
    private final TlsListener.Newest newest;

    ClientHelloHandler(TlsListener accepting, TlsListener.Newest newest) {
        super(MAX_LENGTH);
        this.accepting = accepting;
        this.newest = newest;
    }

    @Override
    protected Future<TlsContext> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf clientHello) {
        TlsListener now = newest.get();
        ClientHello hello = clientHello == null ? ClientHello.UNKNOWN : ClientHello.parse(clientHello);
        TlsChannels.serverName(ctx.channel(), hello.serverName());
        return ctx.executor().newSucceededFuture((now == null ? accepting : now).choose(hello));
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext ctx, Future<TlsContext> chosen) {
        SslHandler handler = chosen.getNow().newHandler(ctx.alloc());
        // The guard has a limit for the whole.
        handler.setHandshakeTimeoutMillis(0);
        boolean placed = false;
        try {
            ctx.pipeline().replace(this, TlsChannels.HANDLER, handler);
            placed = true;
        } finally {
            if (!placed) {
                ReferenceCountUtil.safeRelease(handler.engine());
            }
        }
    }
}
