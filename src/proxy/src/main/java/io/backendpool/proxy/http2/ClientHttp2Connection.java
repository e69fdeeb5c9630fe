package io.backendpool.proxy.http2;

import io.backendpool.proxy.http.HttpLoop;
import io.backendpool.proxy.http.LoopConnection;
import io.backendpool.proxy.proxyprotocol.ClientEnds;
import io.backendpool.proxy.tls.TlsChannels;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.upstream.ClientUpstreams;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.net.impl.ShutdownEvent;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's HTTP/2 connection: what its streams share, and the limits on what one client may cost. Event loop only.
 *
 * <p>When its listener goes, {@link ClientDrain} ends it; streams go on until the listener's deadline. After the last frame
 * what the client still sends is read and dropped for a while, so that it can read why.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
final class ClientHttp2Connection extends Http2ConnectionHandler implements LoopConnection {
    /** How Netty says that a header block is so large that it does not read it to its end. */
    private static final String HEADERS_TOO_LARGE = "Header size exceeded";

    private final HttpLoop loop;
    private final Http2Limits limits;
    private final RequestTranslator translator;
    private final Http2Connection.PropertyKey streamKey;
    private final List<ClientStream> notStarted = new ArrayList<>();
    private final ClientFrames frames;
    private final ClientDrain drain = new ClientDrain(this);
    private @Nullable ChannelHandlerContext context;
    private String address = "";
    private byte[] addressBytes = {};
    private byte[] localPort = {};
    private boolean secure;
    private ClientUpstreams upstreams = new ClientUpstreams(null);

    private int index;
    private boolean registered;
    private boolean flushScheduled;
    /** The last frame was written. */
    private boolean lingering;

    private int sinceTick;

    private ClientHttp2Connection(
            Http2Loop http2, Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
        super(decoder, encoder, settings, true, true);
        this.loop = http2.loop();
        this.limits = http2.limits();
        this.translator = http2.translator();
        this.streamKey = connection().newKey();
        this.frames = new ClientFrames(this, limits, loop.tick(), drain);
        connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                streamClosed(stream);
            }
        });
        encoder.flowController().listener(stream -> {
            ClientStream writable = streamOf(stream);
            if (writable != null) {
                writable.writabilityChanged();
            }
        });
    }

    /** One that serves the next client. */
    static ClientHttp2Connection create(Http2Loop http2) {
        return new Builder(http2).build();
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<ClientHttp2Connection, Builder> {
        private final Http2Loop http2;

        Builder(Http2Loop http2) {
            this.http2 = http2;
            Http2Limits limits = http2.limits();
            DefaultHttp2Connection connection = new DefaultHttp2Connection(true);
            connection
                    .remote()
                    .flowController(new DefaultHttp2RemoteFlowController(
                            connection, new UniformStreamByteDistributor(connection)));
            // From the first frame on, and not only when the client has acknowledged it.
            connection.remote().maxActiveStreams(limits.maxStreams());
            connection(connection);
            initialSettings(new Http2Settings()
                    .maxConcurrentStreams(limits.maxStreams())
                    .initialWindowSize(limits.streamWindow())
                    .maxHeaderListSize(http2.loop().policy().headBytes())
                    .connectProtocolEnabled(true));
            // Counted here, so that each limit has its metric.
            decoderEnforceMaxRstFramesPerWindow(0, 0);
            decoderEnforceMaxConsecutiveEmptyDataFrames(0);
            decoupleCloseAndGoAway(true);
            gracefulShutdownTimeoutMillis(0);
        }

        @Override
        protected ClientHttp2Connection build() {
            return super.build();
        }

        @Override
        protected ClientHttp2Connection build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            ClientHttp2Connection handler = new ClientHttp2Connection(http2, decoder, encoder, settings);
            frameListener(handler.frames);
            return handler;
        }
    }

    // The pipeline

    /** Takes the place of {@code before} in its loop. */
    void takesOver(LoopConnection before) {
        registered = true;
        loop.replace(before, this);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        ctx.channel().config().setAutoRead(true);
        ClientEnds ends = ClientEnds.of(ctx.channel());
        if (ends != null) {
            upstreams = new ClientUpstreams(ends);
            address = ends.sourceHost();
            addressBytes = address.getBytes(StandardCharsets.US_ASCII);
        }
        if (ctx.channel().localAddress() instanceof InetSocketAddress local) {
            localPort = String.valueOf(local.getPort()).getBytes(StandardCharsets.US_ASCII);
        }
        secure = ctx.pipeline().get(SslHandler.class) != null;
        sinceTick = loop.tick();
        if (!registered) {
            registered = true;
            loop.add(this);
        }
        super.handlerAdded(ctx);
        Http2Stream whole = connection().connectionStream();
        int more = limits.connectionWindow() - decoder().flowController().windowSize(whole);
        if (more > 0) {
            decoder().flowController().incrementWindowSize(whole, more);
        }
        ctx.flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (lingering) {
            ReferenceCountUtil.release(message);
        } else {
            super.channelRead(ctx, message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        startAll();
        super.channelReadComplete(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        unregister();
        super.channelInactive(ctx);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
        unregister();
        super.handlerRemoved0(ctx);
    }

    private void unregister() {
        if (registered) {
            registered = false;
            loop.remove(this);
            upstreams.close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof ShutdownEvent) {
            // The listener is going: Vert.x tells each of its connections, and cuts those left at the deadline.
            drain();
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof Http2Exception) {
            onError(ctx, false, cause);
        } else {
            // The connection was reset or broke: there is nobody left to tell.
            ctx.close();
        }
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, @Nullable Http2Exception error) {
        if (lingering) {
            return;
        }
        if (cause instanceof FloodException flood) {
            loop.traffic().limitHit(flood.limit());
        } else if (error != null && error.error() == Http2Error.ENHANCE_YOUR_CALM) {
            // What Netty counts: CONTINUATION frames that are many and small, and resets that it provoked.
            loop.traffic().limitHit(Limit.HTTP2_HEADER_FRAMES);
        } else if (error != null && String.valueOf(error.getMessage()).startsWith(HEADERS_TOO_LARGE)) {
            loop.traffic().limitHit(Limit.HEAD_BYTES);
        }
        Http2Error code = error == null ? Http2Error.INTERNAL_ERROR : error.error();
        String why = cause.getMessage();
        // As a mere frame, for after a goAway() Netty would close at once.
        // It names no last stream: an error in a head comes before its stream is counted.
        frameWriter()
                .writeGoAway(
                        ctx,
                        Integer.MAX_VALUE,
                        code.code(),
                        why == null ? Unpooled.EMPTY_BUFFER : ByteBufUtil.writeUtf8(ctx.alloc(), why),
                        ctx.newPromise());
        linger();
        connection().close(ctx.voidPromise());
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, Http2Exception.StreamException error) {
        if (error instanceof Http2Exception.HeaderListSizeException) {
            loop.traffic().limitHit(Limit.HEAD_BYTES);
        } else if (error.error() == Http2Error.REFUSED_STREAM) {
            loop.traffic().limitHit(Limit.HTTP2_STREAMS);
        }
        super.onStreamError(ctx, outbound, cause, error);
    }

    // What streams ask for

    HttpLoop loop() {
        return loop;
    }

    RequestTranslator translator() {
        return translator;
    }

    ByteBufAllocator allocator() {
        return requireContext().alloc();
    }

    String address() {
        return address;
    }

    @Nullable
    String serverName() {
        return TlsChannels.serverName(requireContext().channel());
    }

    byte[] addressBytes() {
        return addressBytes;
    }

    byte[] localPort() {
        return localPort;
    }

    /** It came in TLS. */
    boolean isSecure() {
        return secure;
    }

    /** The client's way to the backends, that of all its streams. */
    ClientUpstreams upstreams() {
        return upstreams;
    }

    boolean isWritable(Http2Stream stream) {
        return encoder().flowController().isWritable(stream);
    }

    /** Its request goes to a backend when all that was read at once has been looked at. */
    void startLater(ClientStream stream) {
        notStarted.add(stream);
    }

    /** One flush for all that the streams write in this turn of the loop. */
    void flushLater() {
        if (!flushScheduled) {
            flushScheduled = true;
            requireContext().executor().execute(this::flushNow);
        }
    }

    private void flushNow() {
        flushScheduled = false;
        ChannelHandlerContext ctx = requireContext();
        if (ctx.channel().isActive()) {
            flush(ctx);
        }
    }

    /** The other side took {@code bytes} of the stream's data: the client may send as many more. */
    void consumed(Http2Stream stream, int bytes) {
        if (bytes == 0 || connection().stream(stream.id()) == null) {
            return;
        }
        try {
            if (decoder().flowController().consumeBytes(stream, bytes)) {
                flushLater();
            }
        } catch (Http2Exception e) {
            onError(requireContext(), true, e);
        }
    }

    /**
     * Writes a head or trailers.
     *
     * @param wholeRequest false: when the stream's end was written, the client is told that the rest of its request is not
     *     wanted
     */
    void writeHeaders(int streamId, Http2Headers headers, boolean endOfStream, boolean wholeRequest) {
        ChannelHandlerContext ctx = requireContext();
        ChannelFuture written = encoder().writeHeaders(ctx, streamId, headers, 0, endOfStream, ctx.newPromise());
        if (endOfStream && !wholeRequest) {
            written.addListener(done -> reset(streamId, Http2Error.NO_ERROR));
        }
    }

    /** Writes DATA, which is taken over. For {@code wholeRequest} see {@link #writeHeaders}. */
    void writeData(int streamId, ByteBuf data, boolean endOfStream, boolean wholeRequest) {
        ChannelHandlerContext ctx = requireContext();
        ChannelFuture written = encoder().writeData(ctx, streamId, data, 0, endOfStream, ctx.newPromise());
        if (endOfStream && !wholeRequest) {
            written.addListener(done -> reset(streamId, Http2Error.NO_ERROR));
        }
    }

    void reset(int streamId, Http2Error error) {
        ChannelHandlerContext ctx = requireContext();
        if (connection().stream(streamId) != null) {
            resetStream(ctx, streamId, error.code(), ctx.newPromise());
            flushLater();
        }
    }

    /** The error to throw for a head that is no request; it is counted, since it becomes no exchange. */
    Http2Exception malformed(int streamId, String sentence) {
        long now = loop.traffic().now();
        loop.traffic().ended(Outcome.REFUSED, 400, true, now, now);
        return Http2Exception.streamError(streamId, Http2Error.PROTOCOL_ERROR, "%s", sentence);
    }

    // Life

    @Override
    public int index() {
        return index;
    }

    @Override
    public void index(int place) {
        index = place;
    }

    @Override
    public void onTick(int now) {
        frames.onTick(now);
        upstreams.onTick(loop.traffic());
        ChannelHandlerContext ctx = requireContext();
        if (lingering) {
            if (now - sinceTick > loop.policy().lingerTicks()) {
                ctx.close();
            }
            return;
        }
        drain.onTick(ctx, now);
        if (connection().numActiveStreams() > 0) {
            tickStreams(now);
        } else if (now - sinceTick > loop.policy().idleTicks()) {
            loop.traffic().limitHit(Limit.CLIENT_IDLE_TIMEOUT);
            goAway(ctx, lastStream(), 0, Unpooled.EMPTY_BUFFER, ctx.newPromise());
            linger();
        }
    }

    private void tickStreams(int now) {
        try {
            connection().forEachActiveStream(stream -> {
                ClientStream active = streamOf(stream);
                if (active != null) {
                    active.onTick(now);
                }
                return true;
            });
        } catch (Http2Exception e) {
            onError(requireContext(), true, e);
        }
    }

    void drain() {
        if (!lingering) {
            drain.begin(requireContext(), loop.tick());
        }
    }

    /** The last one that the client has opened. */
    int lastStream() {
        return connection().remote().lastStreamCreated();
    }

    /** After the last frame: no more is sent; what still comes is dropped until the client closes, or for a while. */
    void linger() {
        if (lingering) {
            return;
        }
        lingering = true;
        sinceTick = loop.tick();
        TlsChannels.endOutput(requireContext());
    }

    @Override
    public void cut() {
        requireContext().close();
    }

    private void startAll() {
        // A stream may end, but none is added meanwhile.
        for (int i = 0; i < notStarted.size(); i++) {
            notStarted.get(i).start();
        }
        notStarted.clear();
    }

    @Nullable
    ClientStream streamOf(@Nullable Http2Stream stream) {
        return stream == null ? null : stream.getProperty(streamKey);
    }

    /** The first head of {@code stream} is here. */
    ClientStream newStream(Http2Stream stream) {
        ClientStream opening = new ClientStream(this, stream);
        stream.setProperty(streamKey, opening);
        return opening;
    }

    private void streamClosed(Http2Stream stream) {
        ClientStream closed = streamOf(stream);
        if (closed != null) {
            closed.closed();
        }
        sinceTick = loop.tick();
        drain.streamClosed(requireContext());
    }

    private ChannelHandlerContext requireContext() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return ctx;
    }
}
