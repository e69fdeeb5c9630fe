package io.backendpool.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.proxy.http.Backend;
import io.backendpool.proxy.http.Proxy;
import io.backendpool.proxy.upstream.ProxyLimits;
import java.io.Closeable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The same as in HTTP/1.1, where a client of HTTP/2 asks. */
@EnabledOnOs(OS.LINUX)
class StaleConnectionHttp2Test {
    @Test
    void posts_areSentOnFreshConnections() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(ProxyLimits.defaults(), backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            client.post(1, "/").data(1, true, "hi");
            assertThat(client.await(1).text()).isEqualTo("ok");
            try (Closeable _ = proxy.holdLoop()) {
                client.post(3, "/").data(3, true, "hi");
                client.post(5, "/").data(5, true, "hi");
                backend.closeConnections();
            }
            for (int stream : new int[] {3, 5}) {
                assertThat(client.await(stream).status()).isEqualTo("200");
                assertThat(client.response(stream).text()).isEqualTo("ok");
            }
            assertThat(backend.requests).hasSize(3);
        }
    }
}
