package io.backendpool.proxy.tls;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Ends of connections, which in TLS are another matter than in TCP alone. Event loop only. */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
public final class TlsChannels {
    static final String HANDLER = "backendpool-tls";

    private static final AttributeKey<String> SERVER_NAME = AttributeKey.valueOf(TlsChannels.class, "serverName");

    private TlsChannels() {}

    /**
     * Sends no more and still reads. In TLS the other side is told by a close_notify first (RFC 8446, 6.1), so that it can
     * tell the end from a cut.
     */
    public static void shutdownOutput(DuplexChannel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            channel.shutdownOutput();
            return;
        }
        tls.closeOutbound().addListener((ChannelFutureListener) sent -> {
            if (channel.isActive()) {
                channel.shutdownOutput();
            }
        });
    }

    /**
     * The end after the last words: what {@code context} has written is sent, then that no more comes. To close at once would
     * answer by a reset what the other side still sends, and with that it may lose the last words themselves. So the caller
     * reads on, drops what comes, and closes when the other side has, or after a while.
     */
    public static void endOutput(ChannelHandlerContext context) {
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) sent -> {
            if (sent.isSuccess() && sent.channel() instanceof DuplexChannel duplex) {
                shutdownOutput(duplex);
            } else {
                sent.channel().close();
            }
        });
    }

    /** Closes without a close_notify: what was sent so far must not be taken for whole. */
    public static void abort(ChannelHandlerContext context) {
        ChannelHandlerContext tls = context.pipeline().context(SslHandler.class);
        if (tls == null) {
            // Not the channel's close: Vert.x would wait until all is written, which a client that does not read
            // prevents.
            context.close();
        } else {
            // From the TLS handler's place on, so that it does not see it.
            tls.close();
        }
    }

    /**
     * Has {@code channel} read on, or no more for now. One whose input is over stays as it is: Netty closes a channel that is to
     * read after its end, and what was still to be sent would be lost.
     */
    public static void readable(Channel channel, boolean wanted) {
        if (channel.config().isAutoRead() != wanted
                && !(channel instanceof DuplexChannel duplex && duplex.isInputShutdown())) {
            channel.config().setAutoRead(wanted);
        }
    }

    /**
     * Whether the other side has reset {@code channel} after it had ended its way in order. Such a channel is not read any
     * more, so it tells nothing of that itself. To ask is a system call; Java's own sockets cannot tell and say no.
     */
    public static boolean isReset(Channel channel) {
        if (!(channel instanceof UnixChannel unix) || !(unix.fd() instanceof Socket socket) || !socket.isOpen()) {
            return false;
        }
        try {
            return socket.getSoError() != 0;
        } catch (IOException e) {
            return true;
        }
    }

    /** The server name that the client asked for in its handshake, in lower case; null: none, or it is no TLS. */
    public static @Nullable String serverName(Channel channel) {
        return channel.hasAttr(SERVER_NAME) ? channel.attr(SERVER_NAME).get() : null;
    }

    /** Notes what {@link #serverName(Channel)} says. */
    static void serverName(Channel channel, @Nullable String name) {
        if (name != null) {
            channel.attr(SERVER_NAME).set(name);
        }
    }
}
