package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.upstream.ProxyLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a backend's connection is kept is also for the backend to say: Keep-Alive of its responses. */
class BackendKeepAliveTest {
    private static Backend saying(String keepAlive) throws Exception {
        return Backend.sending("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: " + keepAlive + "\r\n\r\nok");
    }

    @Test
    void timeout_isHonoured_longBeforeOurs() throws Exception {
        assertThat(ProxyLimits.defaults().upstreamIdleTimeout().toSeconds()).isEqualTo(30);
        try (Backend backend = saying("timeout=1, max=100");
                Proxy proxy = Proxy.to(backend)) {
            String response = proxy.get("/");
            assertThat(response).endsWith("ok");
            assertThat(Wire.field(response, "keep-alive")).isEmpty();
            assertThat(backend.openConnections()).isOne();

            await().untilAsserted(() -> assertThat(backend.openConnections()).isZero());
            assertThat(backend.failures).isEmpty();
            assertThat(proxy.traffic.totals().limitHits()).containsEntry(Limit.UPSTREAM_IDLE_TIMEOUT, 1L);
        }
    }

    @Test
    void timeout_isHonoured_whereTheConnectionIsOneClientsOwn() throws Exception {
        try (Backend backend = saying("timeout=1");
                Proxy proxy = Proxy.telling(ProxyLimits.defaults(), backend.port());
                Client client = proxy.connect()) {
            assertThat(client.get("/").readResponse()).endsWith("ok");
            await().untilAsserted(() -> assertThat(backend.openConnections()).isZero());
            assertThat(client.get("/").readResponse()).endsWith("ok");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"timeout=0", "max=0", "timeout=5, max=0"})
    void connectionThatIsNotToBeKept_servesNoOtherRequest(String keepAlive) throws Exception {
        try (Backend backend = saying(keepAlive);
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            for (int i = 1; i <= 3; i++) {
                assertThat(client.get("/").readResponse()).endsWith("ok");
                assertThat(backend.accepted()).isEqualTo(i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"timeout=60, max=1", "timeout=600", "timeout=-1", "whatever", "timeout=1s"})
    void connectionThatMayBeKept_servesTheNext(String keepAlive) throws Exception {
        try (Backend backend = saying(keepAlive);
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.get("/").readResponse()).endsWith("ok");
            }
            assertThat(backend.accepted()).isOne();
        }
    }
}
