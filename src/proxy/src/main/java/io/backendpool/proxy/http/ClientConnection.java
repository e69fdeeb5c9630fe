package io.backendpool.proxy.http;

import io.backendpool.proxy.proxyprotocol.ClientEnds;
import io.backendpool.proxy.socket.Outgoing;
import io.backendpool.proxy.tls.TlsChannels;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.upstream.ClientUpstreams;
import io.backendpool.proxy.upstream.LoopPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.vertx.core.net.impl.ShutdownEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection: reads requests, one exchange at a time, in order. What is pipelined behind stays in the buffer,
 * and reading stops, until its turn. Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
final class ClientConnection extends ChannelInboundHandlerAdapter implements Downstream, LoopConnection {
    private enum State {
        OPEN,
        /** Answered for the last time; what the client still sends is read and dropped, so that it can read the answer. */
        LINGERING,
        CLOSED
    }

    private static final byte[] NO_AUTHORITY = "localhost".getBytes(StandardCharsets.US_ASCII);

    /** About a second: a client that asks again within it is told that the answer is the last. */
    private static final int DRAIN_IDLE_TICKS = 1_000 / LoopPolicy.TICK_MILLIS;

    private final HttpLoop loop;
    private int index;

    private @Nullable ChannelHandlerContext context;
    private @Nullable Outgoing out;
    private State state = State.OPEN;
    private @Nullable ByteBuf in;
    private @Nullable Exchange exchange;
    private int searched;
    /** A request has begun on it, so it will not turn out to speak HTTP/2. */
    private boolean speaksHttp1;

    private int sinceTick;
    private boolean processing;
    private boolean draining;
    private boolean inputEnded;
    /** The client wants its connection closed after the request that was read last. */
    private boolean lastRequest;

    private String address = "";
    private byte[] addressBytes = {};
    private byte @Nullable [] localAuthority;
    private ClientUpstreams upstreams = new ClientUpstreams(null);

    private byte @Nullable [] localPort;
    private boolean secure;

    ClientConnection(HttpLoop loop) {
        this.loop = loop;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public void index(int place) {
        index = place;
    }

    // What the pipeline tells

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        // A client may close its sending side and still wait for the answer.
        ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        ctx.channel().config().setAllocator(PooledByteBufAllocator.DEFAULT);
        ClientEnds ends = ClientEnds.of(ctx.channel());
        if (ends != null) {
            upstreams = new ClientUpstreams(ends);
            address = ends.sourceHost();
            addressBytes = address.getBytes(StandardCharsets.US_ASCII);
        }
        secure = ctx.pipeline().get(SslHandler.class) != null;
        out = new Outgoing(ctx, !secure);
        sinceTick = loop.tick();
        loop.add(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf data)) {
            ctx.fireChannelRead(message);
            return;
        }
        if (state != State.OPEN) {
            data.release();
            return;
        }
        if (in == null && exchange == null) {
            sinceTick = loop.tick();
        }
        in = Buffers.join(ctx.alloc(), in, data);
        process();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.flushUpstream();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.clientWritabilityChanged();
        } else if (state == State.OPEN && isWritable()) {
            sinceTick = loop.tick();
            process();
            if (exchange != null) {
                exchange.flushUpstream();
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        switch (event) {
            case ChannelInputShutdownEvent unused -> inputEnded();
            case ChannelInputShutdownReadComplete unused -> {}
            // The listener is going: Vert.x tells each of its connections, and cuts those left at the deadline.
            case ShutdownEvent unused -> drain();
            default -> ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        gone();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        gone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // The connection was reset or broke: there is nobody left to tell.
        ctx.close();
    }

    // What the exchange asks for

    @Override
    public ByteBufAllocator allocator() {
        return requireContext().alloc();
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public @Nullable InetAddress source() {
        return upstreams.source();
    }

    @Override
    public @Nullable String serverName() {
        return TlsChannels.serverName(requireContext().channel());
    }

    @Override
    public byte[] addressBytes() {
        return addressBytes;
    }

    @Override
    public boolean isSecure() {
        return secure;
    }

    @Override
    public byte[] localPort() {
        byte[] known = localPort;
        if (known == null) {
            int port =
                    requireContext().channel().localAddress() instanceof InetSocketAddress local ? local.getPort() : 0;
            known = Integer.toString(port).getBytes(StandardCharsets.US_ASCII);
            localPort = known;
        }
        return known;
    }

    @Override
    public Relay relay(RequestFacts facts, LoopPolicy policy, Relay.@Nullable Judge judge) {
        return new ResponseRelay(loop, this, facts, policy, judge);
    }

    boolean draining() {
        return draining;
    }

    @Override
    public ClientUpstreams upstreams() {
        return upstreams;
    }

    @Override
    public boolean isWritable() {
        return requireContext().channel().isWritable();
    }

    @Override
    public ByteBuf handOver(ByteBuf input) {
        ByteBuf mine = in;
        if (mine == null) {
            throw new IllegalStateException("nothing was read");
        }
        in = null;
        return mine;
    }

    void write(ByteBuf data) {
        requireOut().write(data);
    }

    @Override
    public void flush() {
        requireOut().flush();
    }

    @Override
    public void requestWanted() {
        process();
    }

    @Override
    public void endOutput() {
        requireOut().queue();
        TlsChannels.endOutput(requireContext());
    }

    @Override
    public void exchangeEnded(boolean keep) {
        boolean wholeRequest = exchange != null && exchange.requestComplete();
        exchange = null;
        sinceTick = loop.tick();
        if (!keep && lastRequest && wholeRequest && in == null) {
            closeAfterAnswer();
            return;
        }
        if (!keep || (in == null && (draining || inputEnded))) {
            linger();
            return;
        }
        flush();
        process();
        if (exchange != null) {
            exchange.flushUpstream();
        }
    }

    @Override
    public void reply(Reply reply, boolean toHead, boolean keep) {
        boolean keepOpen = keep && !draining;
        write(reply.encode(allocator(), toHead, !keepOpen));
        exchangeEnded(keepOpen);
    }

    @Override
    public void cut() {
        if (state == State.CLOSED) {
            return;
        }
        Channel channel = requireContext().channel();
        flush();
        if (channel.isActive()) {
            // A reset, since an HTTP/1.0 response without a length would end in good order with a plain close.
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        TlsChannels.abort(requireContext());
    }

    // Reading requests

    private void process() {
        if (processing) {
            return;
        }
        processing = true;
        try {
            boolean more = true;
            while (more && in != null && state == State.OPEN) {
                more = processSome(in);
                if (in != null && !in.isReadable()) {
                    in.release();
                    in = null;
                }
            }
        } finally {
            processing = false;
        }
        if (inputEnded && state == State.OPEN) {
            inputEnded();
        }
        updateReading();
    }

    /** One head, or one part of a body; false: there is nothing to do until something else happens. */
    private boolean processSome(ByteBuf buffer) {
        Exchange current = exchange;
        if (current == null) {
            // A client that does not read its answers gets no further ones: they would pile up here.
            return isWritable() && readHead(buffer);
        }
        if (current.requestComplete() || !current.canTakeBody()) {
            return false;
        }
        current.takeBody(buffer);
        return true;
    }

    private boolean readHead(ByteBuf buffer) {
        if (!skipEmptyLine(buffer)) {
            return false;
        }
        if (!speaksHttp1 && beginsHttp2(buffer)) {
            return false;
        }
        int start = buffer.readerIndex();
        int end = HeadEnd.find(buffer, start, start + searched);
        if (end == HeadEnd.BARE_LF) {
            return refuse(Reply.refused(400, "a line of the head ends with LF alone (RFC 9112, 2.2)"));
        }
        int length = end == HeadEnd.INCOMPLETE ? buffer.readableBytes() : end - start;
        LoopPolicy policy = loop.policy();
        if (length > policy.headBytes()) {
            return refuseLength(buffer, start, policy.headBytes());
        }
        if (end == HeadEnd.INCOMPLETE) {
            searched = length;
            return false;
        }
        searched = 0;
        RequestHead head = loop.requestHead();
        if (!head.parse(buffer, start, end, loop.limits().maxTargetBytes())) {
            if (head.problemStatus == 414) {
                loop.traffic().limitHit(Limit.TARGET_BYTES);
            }
            return refuse(Reply.refused(head.problemStatus, head.problem == null ? "malformed head" : head.problem));
        }
        if (loop.isShedding()) {
            loop.traffic().limitHit(Limit.MEMORY);
            return refuse(HttpLoop.outOfMemory());
        }
        buffer.skipBytes(length);
        begin(head, buffer);
        return true;
    }

    /** Whether the connection is, or still may be, one of HTTP/2; in the first case that is who has it now. */
    private boolean beginsHttp2(ByteBuf buffer) {
        byte[] preface = Http2Entry.PREFACE;
        Http2Entry http2 = loop.http2();
        int seen = Math.min(buffer.readableBytes(), preface.length);
        for (int i = 0; i < seen; i++) {
            if (http2 == null || buffer.getByte(buffer.readerIndex() + i) != preface[i]) {
                speaksHttp1 = true;
                return false;
            }
        }
        if (seen == preface.length && http2 != null) {
            in = null;
            state = State.CLOSED;
            http2.replace(this, requireContext(), buffer, draining);
        }
        return true;
    }

    /** RFC 9112, 2.2: an empty line before a request is ignored. False: more bytes are needed to tell. */
    private boolean skipEmptyLine(ByteBuf buffer) {
        while (searched == 0 && buffer.isReadable() && buffer.getByte(buffer.readerIndex()) == Syntax.CR) {
            if (buffer.readableBytes() < 2) {
                return false;
            }
            if (buffer.getByte(buffer.readerIndex() + 1) != Syntax.LF) {
                break;
            }
            buffer.skipBytes(2);
        }
        return buffer.isReadable();
    }

    private void begin(RequestHead head, ByteBuf buffer) {
        lastRequest = !head.keepAlive();
        Exchange next = Exchange.begin(loop, this, head);
        exchange = next;
        // What of the body is here is checked before anything is sent: a malformed one reaches no backend.
        if (buffer.isReadable() && !next.requestComplete()) {
            next.takeBody(buffer);
        }
        if (exchange == next) {
            next.tryNextBackend();
        }
    }

    private boolean refuseLength(ByteBuf buffer, int start, int max) {
        if (buffer.indexOf(start, start + max, Syntax.CR) < 0) {
            loop.traffic().limitHit(Limit.TARGET_BYTES);
            return refuse(Reply.refused(414, "the request line alone is longer than %,d bytes".formatted(max)));
        }
        loop.traffic().limitHit(Limit.HEAD_BYTES);
        return refuse(Reply.refused(431, "the request's head is longer than %,d bytes".formatted(max)));
    }

    /** Answers what is no request, and closes: what follows could not be told from it. */
    private boolean refuse(Reply reply) {
        long now = loop.traffic().now();
        loop.traffic().ended(Outcome.REFUSED, reply.status(), true, now, now);
        write(reply.encode(allocator(), false, true));
        linger();
        return false;
    }

    private void updateReading() {
        if (state != State.OPEN || context == null) {
            return;
        }
        Exchange current = exchange;
        boolean wanted =
                current == null ? isWritable() : (current.requestComplete() ? in == null : current.canTakeBody());
        TlsChannels.readable(context.channel(), wanted);
    }

    // Ends

    /**
     * The next response is the last and says so. A client that waits cannot know yet: to close on it now would lose the
     * request that it is just sending, so it is closed on only when it has asked for nothing for a while (RFC 9112, 9.5).
     */
    private void drain() {
        draining = true;
    }

    /** The client sends no more. What it has asked for completely is still answered. */
    private void inputEnded() {
        inputEnded = true;
        if (state != State.OPEN) {
            requireContext().close();
        } else if (exchange != null && in == null && exchange.clientInputEnded()) {
            updateReading();
        } else if (exchange == null ? !processing : !exchange.requestComplete() && in == null) {
            requireContext().close();
        }
    }

    /** The client has said that it sends no more (RFC 9112, 9.6), so a close loses nothing that it could still read. */
    private void closeAfterAnswer() {
        state = State.LINGERING;
        flush();
        closeWhenSent();
    }

    /** What was flushed still goes out. */
    private void closeWhenSent() {
        ChannelHandlerContext ctx = requireContext();
        if (requireOut().isEmpty()) {
            ctx.close();
        } else {
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** After the last response: no more is sent; what still comes is dropped until the client closes, or for a while. */
    private void linger() {
        state = State.LINGERING;
        sinceTick = loop.tick();
        Buffers.release(in);
        in = null;
        ChannelHandlerContext ctx = requireContext();
        TlsChannels.readable(ctx.channel(), true);
        flush();
        if (inputEnded) {
            closeWhenSent();
        } else {
            TlsChannels.endOutput(ctx);
        }
    }

    private void gone() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        loop.remove(this);
        Exchange current = exchange;
        exchange = null;
        if (current != null) {
            current.clientGone();
        }
        upstreams.close();
        requireOut().close();
        Buffers.release(in);
        in = null;
    }

    @Override
    public void onTick(int now) {
        int waited = now - sinceTick;
        LoopPolicy policy = loop.policy();
        upstreams.onTick(loop.traffic());
        if (state == State.LINGERING) {
            if (waited > policy.lingerTicks()) {
                requireContext().close();
            }
        } else if (exchange != null) {
            if (inputEnded && TlsChannels.isReset(requireContext().channel())) {
                requireContext().close();
                return;
            }
            exchange.onTick(now);
        } else if (!isWritable()) {
            if (waited > policy.streamTicks()) {
                loop.traffic().limitHit(Limit.STREAM_IDLE_TIMEOUT);
                cut();
            }
        } else if (in != null && waited > policy.requestHeadTicks()) {
            loop.traffic().limitHit(Limit.REQUEST_HEAD_TIMEOUT);
            refuse(Reply.refused(408, "the request's head did not come in time"));
        } else if (in == null && draining) {
            if (waited > DRAIN_IDLE_TICKS) {
                requireContext().close();
            }
        } else if (in == null && waited > policy.idleTicks()) {
            loop.traffic().limitHit(Limit.CLIENT_IDLE_TIMEOUT);
            requireContext().close();
        }
    }

    /** The address that the client connected to: an HTTP/1.0 request need not have a Host. */
    @Override
    public byte[] localAuthority() {
        byte[] known = localAuthority;
        if (known == null) {
            known = NO_AUTHORITY;
            if (requireContext().channel().localAddress() instanceof InetSocketAddress local) {
                String host = hostOf(local);
                String authority = (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + local.getPort();
                known = authority.getBytes(StandardCharsets.US_ASCII);
            }
            localAuthority = known;
        }
        return known;
    }

    /** As RFC 5952 writes it, without the zone of a link-local address, which is of this host only. */
    private static String hostOf(InetSocketAddress socketAddress) {
        return NetUtil.toAddressString(socketAddress.getAddress());
    }

    private Outgoing requireOut() {
        Outgoing way = out;
        if (way == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return way;
    }

    private ChannelHandlerContext requireContext() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return ctx;
    }
}
