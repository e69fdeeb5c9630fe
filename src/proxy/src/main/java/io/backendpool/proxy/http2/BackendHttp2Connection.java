package io.backendpool.proxy.http2;

import io.backendpool.proxy.http.HttpLoop;
import io.backendpool.proxy.upstream.Upstream;
import io.backendpool.proxy.upstream.UpstreamLink;
import io.backendpool.proxy.upstream.UpstreamReceiver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An HTTP/2 connection to a backend, shared by the exchanges of one event loop. Event loop only. */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
final class BackendHttp2Connection extends Http2ConnectionHandler {
    private final HttpLoop loop;
    private final BackendStreams owner;
    private final int maxStreams;
    private final int connectionWindow;
    private final Http2Connection.PropertyKey streamKey;
    /** Those to which something was given in this read cycle. */
    private final List<BackendStream> touched = new ArrayList<>();

    /** Those that must know the backend's settings before they can go on. */
    private final List<BackendStream> awaitingSettings = new ArrayList<>();

    private @Nullable ChannelHandlerContext context;
    private @Nullable Throwable cause;
    /** Links that have not got a stream yet, as their head was not written. */
    private int reserved;

    private int lastAccepted = Integer.MAX_VALUE;
    private boolean retired;
    private boolean served;
    private boolean flushScheduled;
    private boolean settingsReceived;
    private boolean takesWebSockets;
    private int idleSince;

    private BackendHttp2Connection(
            Http2Loop http2,
            BackendStreams owner,
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings) {
        super(decoder, encoder, settings, true, true);
        this.loop = http2.loop();
        this.owner = owner;
        this.maxStreams = http2.limits().maxStreams();
        this.connectionWindow = http2.limits().connectionWindow();
        this.streamKey = connection().newKey();
        this.idleSince = owner.upstream().tick();
        connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                streamClosed(stream);
            }

            @Override
            public void onGoAwayReceived(int lastStreamId, long errorCode, ByteBuf debugData) {
                lastAccepted = lastStreamId;
                retire();
                // It may have no stream whose end would close it.
                later(BackendHttp2Connection.this::idle);
            }
        });
        encoder.flowController().listener(stream -> {
            BackendStream writable = streamOf(stream);
            if (writable != null) {
                writable.writabilityChanged();
            }
        });
    }

    /** One that is not connected yet. */
    static BackendHttp2Connection create(Http2Loop http2, BackendStreams owner) {
        return new Builder(http2, owner).build();
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<BackendHttp2Connection, Builder> {
        private final Http2Loop http2;
        private final BackendStreams owner;

        Builder(Http2Loop http2, BackendStreams owner) {
            this.http2 = http2;
            this.owner = owner;
            DefaultHttp2Connection connection = new DefaultHttp2Connection(false);
            connection
                    .remote()
                    .flowController(new DefaultHttp2RemoteFlowController(
                            connection, new UniformStreamByteDistributor(connection)));
            connection(connection);
            initialSettings(new Http2Settings()
                    .pushEnabled(false)
                    .initialWindowSize(http2.limits().streamWindow())
                    .maxHeaderListSize(http2.loop().policy().headBytes()));
            decoupleCloseAndGoAway(true);
            gracefulShutdownTimeoutMillis(0);
        }

        @Override
        protected BackendHttp2Connection build() {
            return super.build();
        }

        @Override
        protected BackendHttp2Connection build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            BackendHttp2Connection handler = new BackendHttp2Connection(http2, owner, decoder, encoder, settings);
            frameListener(handler.new Frames());
            return handler;
        }
    }

    // The pipeline

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
        // After a TLS handshake the channel has long been active.
        if (ctx.channel().isActive()) {
            widenWindow();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        super.channelActive(ctx);
        widenWindow();
    }

    /** For the bodies of all streams together, which would else share the 64 KiB of RFC 9113, 6.9.2. */
    private void widenWindow() throws Http2Exception {
        Http2Stream whole = connection().connectionStream();
        int more = connectionWindow - decoder().flowController().windowSize(whole);
        if (more > 0) {
            decoder().flowController().incrementWindowSize(whole, more);
        }
        flushLater();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).readComplete();
        }
        touched.clear();
        super.channelReadComplete(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        retire();
        settingsKnown();
        super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        note(thrown);
        if (thrown instanceof Http2Exception) {
            onError(ctx, false, thrown);
        } else {
            ctx.close();
        }
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext ctx, boolean outbound, Throwable thrown, @Nullable Http2Exception error) {
        note(thrown);
        retire();
        super.onConnectionError(ctx, outbound, thrown, error);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext ctx, boolean outbound, Throwable thrown, Http2Exception.StreamException error) {
        BackendStream stream = streamOf(connection().stream(error.streamId()));
        if (stream != null) {
            stream.broken(String.valueOf(error.getMessage()));
        }
        super.onStreamError(ctx, outbound, thrown, error);
    }

    private void note(Throwable thrown) {
        if (cause == null) {
            cause = thrown;
        }
    }

    /** What ended the connection; null: the backend closed it in order, or it is open. */
    @Nullable
    Throwable cause() {
        return cause;
    }

    // What the pool of connections asks for

    boolean isOpen() {
        return !retired && context != null && context.channel().isActive();
    }

    boolean hasRoom() {
        int allowed = Math.min(maxStreams, connection().local().maxActiveStreams());
        return isOpen() && connection().local().numActiveStreams() + reserved < allowed;
    }

    UpstreamLink link(UpstreamReceiver receiver) {
        reserved++;
        boolean reused = served;
        served = true;
        return new BackendStream(this, receiver, reused);
    }

    boolean idleSince(int tick) {
        return isIdle() && idleSince - tick <= 0;
    }

    private boolean isIdle() {
        return reserved == 0 && connection().numActiveStreams() == 0;
    }

    /** Takes no more streams, and closes when the last one ends. */
    void closeIfIdle() {
        retired = true;
        if (isIdle() && context != null) {
            context.close();
        }
    }

    private void retire() {
        if (!retired) {
            retired = true;
            owner.retired(this);
        }
    }

    // What streams ask for

    HttpLoop loop() {
        return loop;
    }

    Upstream upstream() {
        return owner.upstream();
    }

    ByteBufAllocator allocator() {
        return requireContext().alloc();
    }

    boolean isWritable(Http2Stream stream) {
        return encoder().flowController().isWritable(stream);
    }

    /** Whether {@code streamId} is one that the backend said it has not looked at. */
    boolean isUnprocessed(int streamId) {
        return streamId > lastAccepted;
    }

    /** Tells {@code link} when it is known what the backend takes, or that it will never be. */
    void awaitSettings(BackendStream link) {
        if (settingsReceived || !isOpen()) {
            later(link::settingsKnown);
        } else {
            awaitingSettings.add(link);
        }
    }

    private void settingsKnown() {
        List<BackendStream> waited = List.copyOf(awaitingSettings);
        awaitingSettings.clear();
        waited.forEach(BackendStream::settingsKnown);
    }

    /** The backend has said what it takes. */
    boolean hasSettings() {
        return settingsReceived;
    }

    /** RFC 8441, 3: it has said that it takes the extended CONNECT. */
    boolean takesWebSockets() {
        return takesWebSockets;
    }

    /** A link was given up before it had a stream. */
    void unreserve() {
        reserved--;
        idle();
    }

    /** Opens the stream of a link by its head; null: the connection takes no more. */
    @Nullable
    Http2Stream open(BackendStream link, Http2Headers headers, boolean endOfStream) {
        reserved--;
        if (!isOpen() && lastAccepted != Integer.MAX_VALUE) {
            return null;
        }
        ChannelHandlerContext ctx = requireContext();
        int id = connection().local().incrementAndGetNextStreamId();
        if (id < 0 || !connection().local().canOpenStream()) {
            retire();
            return null;
        }
        encoder().writeHeaders(ctx, id, headers, 0, endOfStream, ctx.newPromise());
        Http2Stream stream = connection().stream(id);
        if (stream != null) {
            stream.setProperty(streamKey, link);
        }
        return stream;
    }

    void writeHeaders(int streamId, Http2Headers headers, boolean endOfStream) {
        ChannelHandlerContext ctx = requireContext();
        encoder().writeHeaders(ctx, streamId, headers, 0, endOfStream, ctx.newPromise());
    }

    void writeData(int streamId, ByteBuf data, boolean endOfStream) {
        ChannelHandlerContext ctx = requireContext();
        encoder().writeData(ctx, streamId, data, 0, endOfStream, ctx.newPromise());
    }

    void reset(int streamId, Http2Error error) {
        ChannelHandlerContext ctx = requireContext();
        if (ctx.channel().isActive() && connection().stream(streamId) != null) {
            resetStream(ctx, streamId, error.code(), ctx.newPromise());
            flushLater();
        }
    }

    /** The exchange took {@code bytes} of the stream's data: the backend may send as many more. */
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

    void later(Runnable task) {
        requireContext().executor().execute(task);
    }

    /** One flush for all that the streams write in this turn of the loop. */
    void flushLater() {
        if (!flushScheduled) {
            flushScheduled = true;
            later(this::flushNow);
        }
    }

    private void flushNow() {
        flushScheduled = false;
        ChannelHandlerContext ctx = requireContext();
        if (ctx.channel().isActive()) {
            flush(ctx);
        }
    }

    private @Nullable BackendStream streamOf(@Nullable Http2Stream stream) {
        return stream == null ? null : stream.getProperty(streamKey);
    }

    private void streamClosed(Http2Stream stream) {
        BackendStream closed = streamOf(stream);
        if (closed != null) {
            closed.closed();
        }
        later(this::idle);
    }

    private void idle() {
        idleSince = owner.upstream().tick();
        if (retired || owner.isRemoved()) {
            closeIfIdle();
        }
    }

    private ChannelHandlerContext requireContext() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return ctx;
    }

    /** The frames that Netty has read and found in order. */
    private final class Frames extends UnprioritizedFrames {
        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
            settingsReceived = true;
            Boolean connect = settings.connectProtocolEnabled();
            takesWebSockets = connect == null ? takesWebSockets : connect;
            settingsKnown();
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean endOfStream)
                throws Http2Exception {
            BackendStream stream = streamOf(connection().stream(streamId));
            if (stream != null) {
                touched.add(stream);
                stream.headers(headers, endOfStream);
            }
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream)
                throws Http2Exception {
            BackendStream stream = streamOf(connection().stream(streamId));
            if (stream == null) {
                return data.readableBytes() + padding;
            }
            touched.add(stream);
            return stream.data(data, padding, endOfStream);
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
            BackendStream stream = streamOf(connection().stream(streamId));
            if (stream != null) {
                stream.wasReset(errorCode);
            }
        }
    }
}
