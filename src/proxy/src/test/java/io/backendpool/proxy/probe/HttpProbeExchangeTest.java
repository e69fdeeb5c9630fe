package io.backendpool.proxy.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.HealthCheck.HttpProbe;
import io.backendpool.pool.StatusRange;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpProbeExchangeTest {
    private static final HttpProbe PROBE =
            new HttpProbe("/healthz", null, List.of(new StatusRange(200, 299), new StatusRange(401, 401)));
    private static final ProbeResult.Failed NO_HTTP = new ProbeResult.Failed("not an HTTP answer");

    private final HttpProbeExchange exchange = new HttpProbeExchange(PROBE);

    @Test
    void request_withoutHost_namesTheAddress() {
        assertThat(new String(exchange.request("[2001:db8::7]:80"), StandardCharsets.UTF_8))
                .startsWith("GET /healthz HTTP/1.1\r\nHost: [2001:db8::7]:80\r\n")
                .endsWith("\r\nConnection: close\r\n\r\n");
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
        ProbeResult result = null;
        for (byte next : answer.getBytes(StandardCharsets.US_ASCII)) {
            if (result == null) {
                result = exchange.read(new byte[] {next});
            }
        }
        assertThat(result).isEqualTo(new ProbeResult.Succeeded());
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 199 + 1 + 100, 404, 503})
    void answer_withAnotherStatus_failsWithIt(int status) {
        assertThat(read("HTTP/1.1 " + status + " X\r\n\r\n")).isEqualTo(new ProbeResult.Failed("HTTP " + status));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-x\r\n",
                "HTTP/2.0 200 OK\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "HTTP/1.1 2x0 OK\r\n\r\n",
                "HTTP/1.1 999 OK\r\n\r\n",
                "HTTP/1.1  200 OK\r\n\r\n",
                "HTTP/1.1\r\n\r\n"
            })
    void answer_thatIsNoHttp_fails(String answer) {
        assertThat(read(answer)).isEqualTo(NO_HTTP);
    }

    @Test
    void head_withoutEnd_isWaitedForUpToABound() {
        assertThat(read("HTTP/1.1 200 OK\r\nA: ")).isNull();
        ProbeResult result = null;
        for (int i = 0; i < 20 && result == null; i++) {
            result = read("b".repeat(1024));
        }
        assertThat(result).isEqualTo(NO_HTTP);
    }

    private @Nullable ProbeResult read(String bytes) {
        return exchange.read(bytes.getBytes(StandardCharsets.US_ASCII));
    }
}
