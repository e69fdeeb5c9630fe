package io.backendpool.proxy.tls;

import io.netty.channel.ChannelHandlerContext;
import java.util.List;

/** Who takes a connection over once its handshake is done, and what that one speaks (ALPN, RFC 7301). */
public interface AlpnChoice {
    /** HTTP/1.1's name in ALPN; what a client speaks that says nothing. */
    String HTTP_1_1 = "http/1.1";

    /** HTTP/2's name in ALPN, RFC 9113, 3.2. */
    String HTTP_2 = "h2";

    /** The names of the protocols that are offered to clients, the most wanted first. Always the same. */
    List<String> offered();

    /**
     * The handshake is done: put a handler into the pipeline for what comes. On the connection's event loop.
     *
     * @param before the handler of the pipeline to put it in front of
     * @param protocol one of those offered; {@link #HTTP_1_1} where the client named none
     */
    void chosen(ChannelHandlerContext before, String protocol);
}
