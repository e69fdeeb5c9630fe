package io.backendpool.proxy.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProbeFailureTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    @Test
    void failure_ofEachTransport_hasOneName() {
        assertThat(cause(new ConnectException("finishConnect(..) failed: Connection refused: /10.0.0.7:80")))
                .isEqualTo("connection refused");
        assertThat(cause(new IOException("recvAddress(..) failed: Connection reset by peer")))
                .isEqualTo("connection reset");
        assertThat(cause(new NoRouteToHostException("x"))).isEqualTo("no route to host");
        assertThat(cause(new ConnectException("Network is unreachable"))).isEqualTo("network is unreachable");
        assertThat(cause(new ConnectTimeoutException("x"))).isEqualTo("timeout after 1s");
        assertThat(cause(new IOException("odd"))).isEqualTo("connection failed: odd");
    }

    @ParameterizedTest
    @CsvSource({"1000,1s", "1500,1s500ms", "40,40ms", "90000,1m30s", "3600000,1h", "0,0s"})
    void words_areThoseOfTheManifest(long millis, String words) {
        assertThat(ProbeFailure.words(Duration.ofMillis(millis))).isEqualTo(words);
    }

    private static String cause(Throwable failure) {
        return ProbeFailure.of(failure, TIMEOUT);
    }
}
