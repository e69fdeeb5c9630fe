package io.backendpool.proxy.http;

import io.backendpool.proxy.upstream.ClientUpstreams;
import io.backendpool.proxy.upstream.LoopPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The client of one {@link Exchange}: a connection, or a stream of one. It gives the request's bytes to the exchange as
 * HTTP/1.1 has them, whatever it speaks itself. Event loop only.
 */
public interface Downstream {
    ByteBufAllocator allocator();

    /** The client's address, as the access log has it. */
    String address();

    /** {@link #address()} in ASCII. */
    byte[] addressBytes();

    /** The client's address; null: it is not known. */
    @Nullable
    InetAddress source();

    /** The server name that the client asked for in its TLS handshake, lower case; null: none. */
    @Nullable
    String serverName();

    /** What stands for the Host of a request without one. */
    byte[] localAuthority();

    /** The port that the client connected to, in ASCII. */
    byte[] localPort();

    /** It has come over TLS. */
    boolean isSecure();

    /** More of a response can be written without holding too much. */
    boolean isWritable();

    void flush();

    /** Its way to the backends. */
    ClientUpstreams upstreams();

    /**
     * What passes the response of one try on.
     *
     * @param judge asked before a final response is passed on; null: each is
     */
    Relay relay(RequestFacts facts, LoopPolicy policy, Relay.@Nullable Judge judge);

    /** Takes all that is readable of {@code in}, which this client gave to {@link Exchange#takeBody}; the caller owns it. */
    default ByteBuf handOver(ByteBuf in) {
        return in.readRetainedSlice(in.readableBytes());
    }

    /** From the request's head to the head of the response, as the client itself wants it, ms; 0: it does not say. */
    default long timeLimitMillis() {
        return 0;
    }

    /** The exchange can take more of the request: {@link Exchange#takeBody}. */
    void requestWanted();

    /** In a tunnel: nothing more comes for the client, but more may come from it. */
    void endOutput();

    /** The response was passed on whole. */
    void exchangeEnded(boolean keep);

    /** The exchange ended without a response; this one is the proxy's. */
    void reply(Reply reply, boolean toHead, boolean keep);

    /** The response was cut, and the client must not take it for whole. */
    void cut();
}
