package io.backendpool.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.BackendGroup;
import io.backendpool.proxy.http.Backend;
import io.backendpool.proxy.http.Policies;
import io.backendpool.proxy.http.Proxy;
import io.backendpool.proxy.traffic.Limit;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client of gRPC says how long its call may take. */
class GrpcTimeoutTest {
    private static final int CANCEL = 8;

    @ParameterizedTest
    @CsvSource({"1H,3600000", "2M,120000", "3S,3000", "400m,400", "1500u,2", "1n,1", "0m,1", "99999999H,359999996400000"
    })
    void timeout_isReadInAllItsUnits(String value, long millis) {
        assertThat(FieldRules.grpcTimeoutMillis(new AsciiString(value))).isEqualTo(millis);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "S", "1", "1s", "-1S", "1.5S", "1 S", "123456789S", "S1", "1SS"})
    void timeout_thatIsMalformed_isNone(String value) {
        assertThat(FieldRules.grpcTimeoutMillis(new AsciiString(value))).isZero();
    }

    /** Answers nothing; notes the codes of resets. */
    private static Backend stuck() throws IOException {
        return Backend.of(connection -> {
            InputStream in = connection.socket.getInputStream();
            in.readNBytes(Http2Client.PREFACE.length());
            BackendHttp2Test.send(connection, Http2Client.SETTINGS, 0, 0);
            for (Http2Client.Frame frame = Http2Client.Frame.next(in);
                    frame != null;
                    frame = Http2Client.Frame.next(in)) {
                if (frame.type() == Http2Client.RST_STREAM) {
                    connection.note("reset " + frame.code());
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callThatTakesLonger_isDeadlineExceeded_andCancelledAtTheBackend(boolean requestIsWhole) throws Exception {
        try (Backend backend = stuck();
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, backend.port());
                Http2Client client = Http2Client.to(proxy.port())) {
            client.post(1, "/", "content-type", "application/grpc", "te", "trailers", "grpc-timeout", "200m")
                    .data(1, requestIsWhole, "call");
            Http2Client.Response response = client.await(1);
            assertThat(response.status()).isEqualTo("200");
            assertThat(response.field("grpc-status")).isEqualTo("4");
            assertThat(response.field("grpc-message")).endsWith("no answer within grpc-timeout, 200 ms");
            assertThat(response.trailers).isNull();
            await().until(() -> backend.requests.contains("reset " + CANCEL));
            assertThat(proxy.traffic.totals().limitHits()).containsEntry(Limit.GRPC_TIMEOUT, 1L);
        }
    }

    @Test
    void shorterTimeLimitOfThePool_goesFirst() throws Exception {
        try (Backend backend = stuck();
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C)) {
            proxy.policy(Policies.impatient(Duration.ofMillis(200)));
            proxy.publish(backend.port());
            try (Http2Client client = Http2Client.to(proxy.port())) {
                client.post(1, "/", "content-type", "application/grpc", "te", "trailers", "grpc-timeout", "1H")
                        .data(1, true, "call");
                Http2Client.Response response = client.await(1);
                assertThat(response.field("grpc-status")).isEqualTo("4");
                assertThat(response.field("grpc-message")).contains("did not answer within 200 ms");
                assertThat(proxy.traffic.totals().limitHits())
                        .containsEntry(Limit.RESPONSE_TIMEOUT, 1L)
                        .containsEntry(Limit.GRPC_TIMEOUT, 0L);
            }
        }
    }

    /** So a request by no client of gRPC waits as long as the pool says. */
    @Test
    void requestThatIsNoCall_isNotLimited() throws Exception {
        try (Backend backend = stuck();
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C)) {
            proxy.policy(Policies.impatient(Duration.ofMillis(400)));
            proxy.publish(backend.port());
            try (Http2Client client = Http2Client.to(proxy.port())) {
                client.post(1, "/", "grpc-timeout", "1m").data(1, true, "no call");
                assertThat(client.await(1).text()).contains("did not answer within 400 ms");
                assertThat(proxy.traffic.totals().limitHits()).containsEntry(Limit.GRPC_TIMEOUT, 0L);
            }
        }
    }
}
