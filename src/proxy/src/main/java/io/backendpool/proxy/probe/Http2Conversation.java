package io.backendpool.proxy.probe;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.concurrent.EventExecutor;
import org.jspecify.annotations.Nullable;

/** One request over HTTP/2, by prior knowledge or after ALPN, on a connection of its own. */
record Http2Conversation(Http2Exchange exchange) implements Conversation<ProbeResult> {
    /** More than this before the end of the head is no answer to a health check. */
    private static final int MAX_HEAD_BYTES = 16 * 1024;

    @Override
    public ProbeResult failed(String cause) {
        return new ProbeResult.Failed(cause);
    }

    @Override
    public void begin(ChannelHandlerContext end, Answer<ProbeResult> answer) {
        end.pipeline().addBefore(end.name(), "probe-http2", new Builder(exchange, answer).build());
    }

    /** The status of a head; 0: it has none, which {@code :status} must be (RFC 9113, 8.3.2). */
    static int status(Http2Headers head) {
        CharSequence status = head.status();
        return status != null && status.toString().matches("[1-5][0-9][0-9]") ? Integer.parseInt(status.toString()) : 0;
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<Connection, Builder> {
        private final Http2Exchange exchange;
        private final Answer<ProbeResult> answer;

        Builder(Http2Exchange exchange, Answer<ProbeResult> answer) {
            this.exchange = exchange;
            this.answer = answer;
            server(false);
            initialSettings(new Http2Settings().pushEnabled(false).maxHeaderListSize(MAX_HEAD_BYTES));
            gracefulShutdownTimeoutMillis(0);
        }

        @Override
        protected Connection build() {
            return super.build();
        }

        @Override
        protected Connection build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            Connection connection = new Connection(decoder, encoder, settings, exchange, answer);
            frameListener(connection.new Frames());
            return connection;
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
    private static final class Connection extends Http2ConnectionHandler {
        private final Http2Exchange exchange;
        private final Answer<ProbeResult> answer;
        private @Nullable EventExecutor later;
        private int stream;
        private boolean heard;
        private boolean told;
        private int discarded;

        Connection(
                Http2ConnectionDecoder decoder,
                Http2ConnectionEncoder encoder,
                Http2Settings settings,
                Http2Exchange exchange,
                Answer<ProbeResult> answer) {
            super(decoder, encoder, settings);
            this.exchange = exchange;
            this.answer = answer;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) throws Exception {
            later = context.executor();
            // The connection is open: this sends the preface.
            super.handlerAdded(context);
            byte[] body = exchange.requestBody();
            stream = connection().local().incrementAndGetNextStreamId();
            encoder().writeHeaders(context, stream, exchange.request(), 0, body.length == 0, context.newPromise());
            if (body.length > 0) {
                encoder().writeData(context, stream, Unpooled.wrappedBuffer(body), 0, true, context.newPromise());
            }
            flush(context);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) throws Exception {
            if (thrown instanceof Http2Exception) {
                onError(context, false, thrown);
            } else {
                context.fireExceptionCaught(thrown);
            }
        }

        @Override
        protected void onConnectionError(
                ChannelHandlerContext context, boolean outbound, Throwable thrown, @Nullable Http2Exception error) {
            // One that closes without a word is no speaker of another protocol: its end is told as such.
            if (heard || context.channel().isActive()) {
                broken(thrown);
            }
            super.onConnectionError(context, outbound, thrown, error);
        }

        @Override
        protected void onStreamError(
                ChannelHandlerContext context,
                boolean outbound,
                Throwable thrown,
                Http2Exception.StreamException error) {
            broken(thrown);
            super.onStreamError(context, outbound, thrown, error);
            answer.done();
        }

        private void broken(Throwable thrown) {
            tell(new ProbeResult.Failed(
                    heard
                            ? "broken HTTP/2: " + ProbeFailure.quoted(String.valueOf(thrown.getMessage()))
                            : "not an HTTP/2 answer"));
        }

        private void tell(@Nullable ProbeResult result) {
            if (result != null && !told) {
                told = true;
                answer.told(result);
            }
        }

        private final class Frames extends Http2EventAdapter {
            @Override
            public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) {
                heard = true;
            }

            @Override
            public void onHeadersRead(
                    ChannelHandlerContext context,
                    int streamId,
                    Http2Headers headers,
                    int dependency,
                    short weight,
                    boolean exclusive,
                    int padding,
                    boolean end) {
                onHeadersRead(context, streamId, headers, padding, end);
            }

            @Override
            public void onHeadersRead(
                    ChannelHandlerContext context, int streamId, Http2Headers headers, int padding, boolean end) {
                // RFC 9110, 15.2: interim answers precede the one that counts.
                int status = status(headers);
                boolean interim = status >= 100 && status < 200 && !end;
                if (!told && !interim) {
                    tell(exchange.headers(headers, end));
                }
                endIf(end);
            }

            @Override
            public int onDataRead(ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean end) {
                int consumed = data.readableBytes() + padding;
                if (told) {
                    discarded += consumed;
                } else {
                    tell(exchange.data(data, end));
                }
                endIf(end || discarded > HttpConversation.MAX_DISCARDED);
                return consumed;
            }

            @Override
            public void onRstStreamRead(ChannelHandlerContext context, int streamId, long errorCode) {
                tell(new ProbeResult.Failed("stream reset by the backend: " + name(errorCode)));
                endIf(true);
            }

            @Override
            public void onGoAwayRead(
                    ChannelHandlerContext context, int lastStreamId, long errorCode, ByteBuf debugData) {
                if (lastStreamId < stream) {
                    tell(new ProbeResult.Failed("connection given up by the backend: " + name(errorCode)));
                    endIf(true);
                }
            }

            private void endIf(boolean end) {
                if (end && later != null) {
                    // Later: the frame that is being read must be dealt with first.
                    later.execute(answer::done);
                }
            }
        }

        private static String name(long errorCode) {
            Http2Error error = Http2Error.valueOf(errorCode);
            return error == null ? "code " + errorCode : error.name();
        }
    }
}
