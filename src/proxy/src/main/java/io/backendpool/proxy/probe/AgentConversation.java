package io.backendpool.proxy.probe;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;

/**
 * Listens to an agent, which speaks as soon as it is connected to: one line, ended by LF, CR, or the connection's end
 * (HAProxy configuration manual, {@code agent-check}).
 */
record AgentConversation() implements Conversation<AgentReport> {
    /** No line of these words is longer. */
    private static final int MAX_LINE = 512;

    @Override
    public AgentReport failed(String cause) {
        return new AgentReport.Silent(cause);
    }

    @Override
    public void begin(ChannelHandlerContext end, Answer<AgentReport> answer) {
        end.pipeline().addBefore(end.name(), "probe-agent", new Reader(answer));
    }

    private static final class Reader extends SimpleChannelInboundHandler<ByteBuf> {
        private final Answer<AgentReport> answer;
        private final StringBuilder line = new StringBuilder();

        Reader(Answer<AgentReport> answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            String heard = bytes.toString(StandardCharsets.ISO_8859_1);
            for (int i = 0; i < heard.length(); i++) {
                char next = heard.charAt(i);
                if (next == '\n' || next == '\r' || line.length() == MAX_LINE) {
                    said();
                    return;
                }
                line.append(next);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!line.isEmpty()) {
                said();
            }
            context.fireChannelInactive();
        }

        private void said() {
            answer.told(new AgentReport.Said(line.toString()));
            answer.done();
        }
    }
}
