package io.backendpool.proxy.probe;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Some bytes, and those that must come back; either may be none. With neither, a connection is all that is asked for. */
@SuppressWarnings({"FutureReturnValueIgnored", "ArrayRecordComponent"}) // never compared, nobody writes to it
record TcpConversation(byte[] send, byte[] expect) implements Conversation<ProbeResult> {
    @Override
    public ProbeResult failed(String cause) {
        return new ProbeResult.Failed(cause);
    }

    @Override
    public void begin(ChannelHandlerContext end, Answer<ProbeResult> answer) {
        if (send.length > 0) {
            end.channel().writeAndFlush(Unpooled.wrappedBuffer(send));
        }
        if (expect.length == 0) {
            answer.told(new ProbeResult.Succeeded());
            answer.done();
        } else {
            end.pipeline().addBefore(end.name(), "probe-tcp", new Reader(answer));
        }
    }

    private final class Reader extends SimpleChannelInboundHandler<ByteBuf> {
        private final Answer<ProbeResult> answer;
        private final byte[] heard = new byte[expect.length];
        private int length;

        Reader(Answer<ProbeResult> answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            int taken = Math.min(bytes.readableBytes(), expect.length - length);
            bytes.readBytes(heard, length, taken);
            length += taken;
            if (!Arrays.equals(heard, 0, length, expect, 0, length)) {
                tell(otherwise());
            } else if (length == expect.length) {
                tell(new ProbeResult.Succeeded());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (length > 0) {
                tell(otherwise());
            }
            context.fireChannelInactive();
        }

        private ProbeResult otherwise() {
            return new ProbeResult.Failed(
                    "answered %s (expected: %s)".formatted(text(heard, length), text(expect, expect.length)));
        }

        private static String text(byte[] bytes, int length) {
            return ProbeFailure.quoted(new String(bytes, 0, length, StandardCharsets.ISO_8859_1)
                    .replace("\r", "\\r")
                    .replace("\n", "\\n"));
        }

        private void tell(ProbeResult result) {
            answer.told(result);
            answer.done();
        }
    }
}
