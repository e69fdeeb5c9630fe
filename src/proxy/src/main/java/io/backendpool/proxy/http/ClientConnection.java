package io.backendpool.proxy.http;

import io.backendpool.proxy.tls.TlsChannels;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.Outcome;
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
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.net.impl.ShutdownEvent;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection: reads requests, one exchange at a time, in order. What is pipelined behind stays in the buffer,
 * and reading stops, until its turn. Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
final class ClientConnection extends ChannelInboundHandlerAdapter {
    private enum State {
        OPEN,
        /** Answered for the last time; what the client still sends is read and dropped, so that it can read the answer. */
        LINGERING,
        CLOSED
    }

    private static final byte[] NO_AUTHORITY = "localhost".getBytes(StandardCharsets.US_ASCII);

    /** About a second: a client that asks again within it is told that the answer is the last. */
    private static final int DRAIN_IDLE_TICKS = 1_000 / Ticks.MILLIS;

    private final HttpLoop loop;
    private final Scheme scheme;
    /** The place in the loop's list. */
    int index;

    private @Nullable ChannelHandlerContext context;
    private State state = State.OPEN;
    private @Nullable ByteBuf in;
    private @Nullable Exchange exchange;
    private int searched;
    private int sinceTick;
    private boolean processing;
    private boolean draining;
    private boolean inputEnded;
    private String address = "";
    private byte[] addressBytes = {};
    private byte @Nullable [] localAuthority;

    ClientConnection(HttpLoop loop, Scheme scheme) {
        this.loop = loop;
        this.scheme = scheme;
    }

    // What the pipeline tells

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        // A client may close its sending side and still wait for the answer.
        ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        ctx.channel().config().setAllocator(PooledByteBufAllocator.DEFAULT);
        if (ctx.channel().remoteAddress() instanceof InetSocketAddress remote) {
            address = hostOf(remote);
            addressBytes = address.getBytes(StandardCharsets.US_ASCII);
        }
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

    ByteBufAllocator allocator() {
        return requireContext().alloc();
    }

    String address() {
        return address;
    }

    boolean draining() {
        return draining;
    }

    boolean isWritable() {
        return requireContext().channel().isWritable();
    }

    /** What was read and not yet consumed, which becomes the caller's; there is some. */
    ByteBuf handOverInput() {
        ByteBuf input = in;
        if (input == null) {
            throw new IllegalStateException("nothing was read");
        }
        in = null;
        return input;
    }

    void write(ByteBuf data) {
        ChannelHandlerContext ctx = requireContext();
        ctx.write(data, ctx.voidPromise());
    }

    void flush() {
        requireContext().flush();
    }

    /** The backend can take more of the request. */
    void requestWanted() {
        process();
    }

    /** The response was passed on whole. */
    void exchangeEnded(boolean keep) {
        exchange = null;
        sinceTick = loop.tick();
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

    /** The exchange ended without a response; this one is the proxy's. */
    void reply(Reply reply, boolean toHead, boolean keep) {
        boolean keepOpen = keep && !draining;
        write(reply.encode(allocator(), toHead, !keepOpen));
        exchangeEnded(keepOpen);
    }

    /** Closes at once: the response was cut, and the client must not take it for whole. */
    void cut() {
        if (state == State.CLOSED) {
            return;
        }
        Channel channel = requireContext().channel();
        flush();
        if (channel.isActive()) {
            // A reset, since an HTTP/1.0 response without a length would end in good order with a plain close.
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        TlsChannels.abort(channel);
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
            return readHead(buffer);
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
        int start = buffer.readerIndex();
        int end = HeadEnd.find(buffer, start, start + searched);
        if (end == HeadEnd.BARE_LF) {
            return refuse(Reply.refused(400, "a line of the head ends with LF alone (RFC 9112, 2.2)"));
        }
        int length = end == HeadEnd.INCOMPLETE ? buffer.readableBytes() : end - start;
        if (length > loop.limits().maxHeadBytes()) {
            return refuseLength(buffer, start);
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
        buffer.skipBytes(length);
        begin(head, buffer);
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
        ByteBuf edited = loop.editor().request(allocator(), head, scheme, addressBytes, localAuthority());
        BodyFraming body = BodyFraming.ofRequest(head, loop.limits().maxHeadBytes());
        RequestFacts facts = RequestFacts.of(
                head, loop.accessLog() == null ? null : loop.editor().forLog(head));
        Exchange next = new Exchange(loop, this, facts, body, edited);
        exchange = next;
        // What of the body is here is checked before anything is sent: a malformed one reaches no backend.
        if (buffer.isReadable() && !next.requestComplete()) {
            next.takeBody(buffer);
        }
        if (exchange == next) {
            next.tryNextBackend();
        }
    }

    private boolean refuseLength(ByteBuf buffer, int start) {
        int max = loop.limits().maxHeadBytes();
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
        boolean wanted = current == null || (current.requestComplete() ? in == null : current.canTakeBody());
        if (context.channel().config().isAutoRead() != wanted) {
            context.channel().config().setAutoRead(wanted);
        }
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
        } else if (exchange == null ? !processing : !exchange.requestComplete() && in == null) {
            requireContext().close();
        }
    }

    /** After the last response: no more is sent; what still comes is dropped until the client closes, or for a while. */
    private void linger() {
        state = State.LINGERING;
        sinceTick = loop.tick();
        Buffers.release(in);
        in = null;
        ChannelHandlerContext ctx = requireContext();
        ctx.channel().config().setAutoRead(true);
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) done -> {
            if (inputEnded || !(done.channel() instanceof DuplexChannel duplex) || !done.isSuccess()) {
                done.channel().close();
            } else {
                TlsChannels.shutdownOutput(duplex);
            }
        });
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
        Buffers.release(in);
        in = null;
    }

    /** Called about every 100 ms. */
    void onTick(int now) {
        int waited = now - sinceTick;
        if (state == State.LINGERING) {
            if (waited > loop.ticks().linger()) {
                requireContext().close();
            }
        } else if (exchange != null) {
            exchange.onTick(now);
        } else if (in != null && waited > loop.ticks().requestHead()) {
            loop.traffic().limitHit(Limit.REQUEST_HEAD_TIMEOUT);
            refuse(Reply.refused(408, "the request's head did not come in time"));
        } else if (in == null && draining) {
            if (waited > DRAIN_IDLE_TICKS) {
                requireContext().close();
            }
        } else if (in == null && waited > loop.ticks().clientIdle()) {
            loop.traffic().limitHit(Limit.CLIENT_IDLE_TIMEOUT);
            requireContext().close();
        }
    }

    /** What stands for the Host of an HTTP/1.0 request without one: the address that the client connected to. */
    private byte[] localAuthority() {
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

    /** Without the zone of a link-local address, which is of this host only. */
    private static String hostOf(InetSocketAddress socketAddress) {
        String host = socketAddress.getAddress().getHostAddress();
        int zone = host.indexOf('%');
        return zone < 0 ? host : host.substring(0, zone);
    }

    private ChannelHandlerContext requireContext() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return ctx;
    }
}
