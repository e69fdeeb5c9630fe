package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.proxy.upstream.UpstreamLink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeepAliveFieldTest {
    /** Of a response with these lines of fields. */
    private static int idleTicks(String fields) {
        ByteBuf in = Unpooled.wrappedBuffer(Wire.bytes("HTTP/1.1 200 OK\r\n" + fields + "\r\n"));
        ResponseHead head = new ResponseHead();
        assertThat(head.parse(in, 0, in.readableBytes(), false))
                .as(String.valueOf(head.problem))
                .isTrue();
        assertThat(head.keepAliveStated).isEqualTo(!fields.isEmpty());
        return KeepAliveField.idleTicks(head);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    timeout=5               | 40
                    timeout=5, max=100      | 40
                    max=3 , TimeOut=60      | 590
                    timeout=2               | 10
                    timeout=1               | 5
                    timeout=0               | 0
                    timeout=5, max=0        | 0
                    timeout=9, timeout=5    | 40
                    x, =1,, timeout=5, y=z  | 40
                    timeout=99999999999999  | 9999990
                    """)
    void timeout_isToldInTicks_andASecondSooner(String value, int ticks) {
        assertThat(idleTicks("Keep-Alive: " + value + "\r\n")).isEqualTo(ticks);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "timeout",
                "timeout=",
                "timeout=-1",
                "timeout=5s",
                "timeout=0.5",
                "timeout=\"5\"",
                "timeout = 5",
                "timeouts=5",
                "max=1",
                "max=x",
                "5",
                ",",
                "="
            })
    void otherValues_areIgnored(String value) {
        assertThat(idleTicks("Keep-Alive: " + value + "\r\n")).isEqualTo(UpstreamLink.UNSTATED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Keep-Alive: timeout=9\r\nkeep-alive: timeout=5\r\n",
                "Keep-Alive: x\r\nKeep-Alive: timeout=5\r\n"
            })
    void moreFields_holdAll(String fields) {
        assertThat(idleTicks(fields)).isEqualTo(40);
    }
}
