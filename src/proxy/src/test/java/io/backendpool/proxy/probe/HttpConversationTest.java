package io.backendpool.proxy.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.HealthCheck.BodyMatch;
import io.backendpool.pool.HealthCheck.Header;
import io.backendpool.pool.HealthCheck.HttpProbe;
import io.backendpool.pool.HealthCheck.HttpProbe.Method;
import io.backendpool.pool.StatusRange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpConversationTest {
    private static final List<StatusRange> EXPECTED = List.of(new StatusRange(200, 299), new StatusRange(401, 401));
    private static final HttpProbe PROBE = new HttpProbe("/healthz", null, EXPECTED);
    private static final ProbeResult SUCCEEDED = new ProbeResult.Succeeded();
    private static final ProbeResult.Failed NO_HTTP = new ProbeResult.Failed("not an HTTP answer");

    /** One conversation without a network. */
    private static final class Talk implements Answer<ProbeResult> {
        final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());

        @Nullable
        ProbeResult result;

        boolean done;

        Talk(HttpProbe probe) {
            BodyMatch body = probe.body();
            new HttpConversation(probe, "[2001:db8::7]:80", body == null ? null : BodyPattern.of(body))
                    .begin(channel.pipeline().lastContext(), this);
        }

        String request() {
            ByteBuf sent = channel.readOutbound();
            String text = sent.toString(StandardCharsets.UTF_8);
            sent.release();
            return text;
        }

        Talk hear(String bytes) {
            channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.UTF_8));
            return this;
        }

        Talk end() {
            channel.finishAndReleaseAll();
            return this;
        }

        @Override
        public void told(ProbeResult told) {
            if (result == null) {
                result = told;
            }
        }

        @Override
        public void done() {
            done = true;
        }
    }

    private static HttpProbe probe(Method method, @Nullable BodyMatch body, Header... headers) {
        return new HttpProbe(method, "/healthz", "shop.example", List.of(headers), EXPECTED, body);
    }

    private static BodyMatch contains(String text, int limit) {
        return new BodyMatch(BodyMatch.Kind.CONTAINS, text, limit);
    }

    private static BodyMatch matches(String text, int limit) {
        return new BodyMatch(BodyMatch.Kind.MATCHES, text, limit);
    }

    private static @Nullable ProbeResult read(String answer) {
        return new Talk(PROBE).hear(answer).result;
    }

    @Test
    void request_withoutHost_namesTheAddress() {
        assertThat(new Talk(PROBE).request())
                .startsWith("GET /healthz HTTP/1.1\r\nHost: [2001:db8::7]:80\r\n")
                .contains("user-agent: backendpool-probe\r\n", "accept: */*\r\n")
                .endsWith("\r\nconnection: close\r\n\r\n");
    }

    @Test
    void request_hasItsMethodAndFields_andOursOnlyWhereItHasNone() {
        assertThat(new Talk(probe(Method.POST, null, new Header("X-Probe", "1"), new Header("User-Agent", "me")))
                        .request())
                .isEqualTo(String.join(
                        "\r\n",
                        "POST /healthz HTTP/1.1",
                        "Host: shop.example",
                        "accept: */*",
                        "x-probe: 1",
                        "user-agent: me",
                        "content-length: 0",
                        "connection: close",
                        "",
                        ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.0 299\r\nA: b\r\n\r\nbody",
                "HTTP/1.1 401 Unauthorized\n\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 \r\n\r\n"
            })
    void answer_withAnExpectedStatus_succeeds_howeverItIsCut(String answer) {
        Talk talk = new Talk(PROBE);
        answer.chars().forEach(next -> talk.hear(String.valueOf((char) next)));
        assertThat(talk.result).isEqualTo(SUCCEEDED);
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 300, 404, 503})
    void answer_withAnotherStatus_failsWithIt(int status) {
        assertThat(read("HTTP/1.1 " + status + " X\r\n\r\n")).isEqualTo(new ProbeResult.Failed("HTTP " + status));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-x\r\n\r\n",
                "HTTP/2.0 200 OK\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "HTTP/1.1 2x0 OK\r\n\r\n",
                "HTTP/1.1 999 OK\r\n\r\n",
                "HTTP/1.1\r\n\r\n"
            })
    void answer_thatIsNoHttp_fails(String answer) {
        assertThat(read(answer)).isEqualTo(NO_HTTP);
    }

    @Test
    void head_withoutEnd_isWaitedForUpToABound() {
        Talk talk = new Talk(PROBE).hear("HTTP/1.1 200 OK\r\nA: ");
        assertThat(talk.result).isNull();
        for (int i = 0; i < 20; i++) {
            talk.hear("b".repeat(1024));
        }
        assertThat(talk.result).isEqualTo(NO_HTTP);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nstatus: ok!",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nstatus: o\r\n2\r\nk!\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\nstatus: ok!"
            })
    void body_framedInAnyWay_isLookedAt_howeverItIsCut(String answer) {
        for (BodyMatch body : List.of(contains("ok!", 64), matches("status:\\s+(ok|up)!$", 64))) {
            Talk talk = new Talk(probe(Method.GET, body));
            answer.chars().forEach(next -> talk.hear(String.valueOf((char) next)));
            assertThat(talk.end().result).isEqualTo(SUCCEEDED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nok,body does not contain \"OK\"",
        "'',body does not contain \"OK\"",
        "123456789O, first 10 bytes of the body do not contain \"OK\"",
    })
    void body_withoutThePart_failsWithIt(String start, String cause) {
        // In the last case the part lies across the limit.
        String body = cause.startsWith("first") ? start + "K" : start;
        Talk talk = new Talk(probe(Method.GET, contains("OK", 10)))
                .hear("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        assertThat(talk.result).isEqualTo(new ProbeResult.Failed(cause));
    }

    @Test
    void body_thatDoesNotMatch_fails_andAnUnexpectedStatusComesFirst() {
        HttpProbe probe = probe(Method.GET, matches("^up$", 10));
        assertThat(new Talk(probe).hear("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndown").result)
                .isEqualTo(new ProbeResult.Failed("body does not match \"^up$\""));
        assertThat(new Talk(probe).hear("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nup").result)
                .isEqualTo(new ProbeResult.Failed("HTTP 500"));
    }

    @Test
    void body_cutOff_orBadlyFramed_saysSo() {
        HttpProbe probe = probe(Method.GET, contains("ok", 64));
        assertThat(new Talk(probe)
                        .hear("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nno")
                        .end()
                        .result)
                .isEqualTo(new ProbeResult.Failed("connection closed before the end of the body"));
        assertThat(new Talk(probe).hear("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").result)
                .isEqualTo(new ProbeResult.Failed("the body of the answer is not framed as HTTP is"));
    }

    @Test
    void rest_isReadAway_butNotForEver() {
        Talk talk = new Talk(PROBE).hear("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        assertThat(talk.result).isEqualTo(SUCCEEDED);
        assertThat(talk.done).isFalse();
        talk.hear("x".repeat(HttpConversation.MAX_DISCARDED + 1));
        assertThat(talk.done).isTrue();
        assertThat(new Talk(probe(Method.HEAD, null)).hear("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n").done)
                .as("the answer to HEAD has no body")
                .isTrue();
    }
}
