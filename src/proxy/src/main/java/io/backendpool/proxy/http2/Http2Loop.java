package io.backendpool.proxy.http2;

import io.backendpool.proxy.http.Http2Entry;
import io.backendpool.proxy.http.HttpLoop;
import io.backendpool.proxy.http.LoopConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.random.RandomGenerator;

/** HTTP/2 on one event loop, for clients and for backends, beside its {@link HttpLoop}. Event loop only. */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
public final class Http2Loop implements Http2Entry {
    private final HttpLoop loop;
    private final Http2Limits limits;
    private final RequestTranslator translator;

    private Http2Loop(HttpLoop loop, Http2Limits limits, RandomGenerator random) {
        this.loop = loop;
        this.limits = limits;
        this.translator = new RequestTranslator(random);
    }

    /**
     * Makes {@code loop} speak HTTP/2, too.
     *
     * @param random this loop's own
     */
    public static Http2Loop beside(HttpLoop loop, RandomGenerator random) {
        return beside(loop, Http2Limits.DEFAULT, random);
    }

    static Http2Loop beside(HttpLoop loop, Http2Limits limits, RandomGenerator random) {
        Http2Loop http2 = new Http2Loop(loop, limits, random);
        loop.speaksHttp2(http2);
        loop.upstreams().speaksHttp2(upstream -> new BackendStreams(http2, upstream));
        return http2;
    }

    @Override
    public void accept(ChannelHandlerContext before) {
        before.pipeline().addBefore(before.name(), "backendpool-http2", ClientHttp2Connection.create(this));
    }

    @Override
    public void replace(LoopConnection http1, ChannelHandlerContext context, ByteBuf read, boolean draining) {
        ClientHttp2Connection connection = ClientHttp2Connection.create(this);
        connection.takesOver(http1);
        context.pipeline().replace(context.handler(), "backendpool-http2", connection);
        ChannelHandlerContext now = context.pipeline().context(connection);
        if (draining) {
            connection.drain();
        }
        try {
            connection.channelRead(now, read);
        } catch (Exception e) {
            now.fireExceptionCaught(e);
            now.close();
        }
    }

    HttpLoop loop() {
        return loop;
    }

    Http2Limits limits() {
        return limits;
    }

    RequestTranslator translator() {
        return translator;
    }
}
