package io.backendpool.proxy.probe;

import io.backendpool.pool.HealthCheck.HttpProbe;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/** One request of HTTP/1.1 and its answer. */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
final class HttpConversation implements Conversation<ProbeResult> {
    /** How much of a body that does not count is read away, so that an honest server sees no reset. */
    static final int MAX_DISCARDED = 64 * 1024;

    /** More than this before the end of the head is no answer to a health check. */
    private static final int MAX_HEAD_BYTES = 16 * 1024;

    private static final ProbeResult.Failed NO_HTTP = new ProbeResult.Failed("not an HTTP answer");

    private final HttpProbe probe;
    private final String address;
    private final ExpectedAnswer expected;

    /**
     * Has said nothing yet.
     *
     * @param address {@code host:port} of the backend, the Host field where the probe names none
     * @param pattern made of the probe's body
     */
    HttpConversation(HttpProbe probe, String address, @Nullable BodyPattern pattern) {
        this.probe = probe;
        this.address = address;
        this.expected = new ExpectedAnswer(probe, pattern);
    }

    @Override
    public ProbeResult failed(String cause) {
        return new ProbeResult.Failed(cause);
    }

    @Override
    public void begin(ChannelHandlerContext end, Answer<ProbeResult> answer) {
        HttpDecoderConfig config = new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_HEAD_BYTES)
                .setMaxHeaderSize(MAX_HEAD_BYTES)
                // RFC 9112, 2.2: a bare LF is tolerated.
                .setStrictLineParsing(false)
                .setValidateHeaders(false);
        end.pipeline().addBefore(end.name(), "probe-http-decoder", new Decoder(config));
        end.pipeline().addBefore(end.name(), "probe-http", new Reader(answer));
        end.channel().writeAndFlush(Unpooled.wrappedBuffer(HttpRequestText.of(probe, address)));
    }

    private final class Decoder extends HttpResponseDecoder {
        Decoder(HttpDecoderConfig config) {
            super(config);
        }

        @Override
        protected boolean isContentAlwaysEmpty(HttpMessage message) {
            return probe.method() == HttpProbe.Method.HEAD || super.isContentAlwaysEmpty(message);
        }
    }

    private final class Reader extends SimpleChannelInboundHandler<HttpObject> {
        private final Answer<ProbeResult> answer;
        private boolean interim;
        private boolean headSeen;
        private boolean told;
        private int discarded;

        Reader(Answer<ProbeResult> answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
            if (part.decoderResult().isFailure()) {
                tell(headSeen ? new ProbeResult.Failed("the body of the answer is not framed as HTTP is") : NO_HTTP);
                answer.done();
                return;
            }
            if (part instanceof HttpResponse head) {
                tell(head(head));
            }
            if (part instanceof HttpContent content && !interim) {
                content(content);
            }
        }

        private @Nullable ProbeResult head(HttpResponse head) {
            int status = head.status().code();
            if (head.protocolVersion().majorVersion() != 1 || status < 100 || status > 599) {
                return NO_HTTP;
            }
            // RFC 9110, 15.2: interim answers precede the one that counts; 101 is final.
            interim = status < 200 && status != 101;
            headSeen = !interim;
            return interim ? null : expected.status(status);
        }

        private void content(HttpContent content) {
            if (told) {
                discarded += content.content().readableBytes();
            } else {
                tell(expected.body(content.content()));
            }
            if (content instanceof LastHttpContent) {
                tell(expected.end());
            }
            if (content instanceof LastHttpContent || discarded > MAX_DISCARDED) {
                answer.done();
            }
        }

        private void tell(@Nullable ProbeResult result) {
            if (result != null && !told) {
                told = true;
                answer.told(result);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (headSeen) {
                tell(new ProbeResult.Failed("connection closed before the end of the body"));
            }
            context.fireChannelInactive();
        }
    }
}
