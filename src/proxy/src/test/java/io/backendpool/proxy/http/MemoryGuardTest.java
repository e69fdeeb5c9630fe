package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.upstream.ProxyLimits;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Before memory runs out, new work is refused; what is under way goes on. */
class MemoryGuardTest {
    @Test
    void guard_shedsAboveOneMark_untilBelowAnother() {
        AtomicLong used = new AtomicLong();
        MemoryGuard guard = new MemoryGuard(used::get, 1000);
        long[] uses = {800, 801, 750, 701, 700, 800};
        boolean[] expected = {false, true, true, true, false, false};
        for (int i = 0; i < uses.length; i++) {
            used.set(uses[i]);
            guard.check();
            assertThat(guard.isShedding()).as("at %d", uses[i]).isEqualTo(expected[i]);
        }
    }

    @Test
    void process_hasALimit_andUsesLittleOfIt() {
        MemoryGuard guard = MemoryGuard.ofProcess();
        guard.check();
        assertThat(guard.isShedding()).isFalse();
    }

    @Test
    void newRequestsAndConnections_are503WithRetryAfter_untilThereIsRoom() throws Exception {
        AtomicLong used = new AtomicLong();
        MemoryGuard guard = new MemoryGuard(used::get, 1000);
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = new Proxy("127.0.0.1", ProxyLimits.defaults(), guard, null, 1)) {
            proxy.publish(backend.port());
            try (Client known = proxy.connect()) {
                assertThat(known.get("/").readResponse()).endsWith("ok");
                used.set(900);
                await().until(guard::isShedding);
                assertThat(known.get("/").readAll())
                        .startsWith("HTTP/1.1 503 ")
                        .contains("Retry-After: 1\r\n", "Connection: close\r\n", "no memory left for more requests");
            }
            try (Client fresh = proxy.connect()) {
                assertThat(fresh.readAll())
                        .startsWith("HTTP/1.1 503 ")
                        .contains("Retry-After: 1\r\n", "no memory left for more connections");
            }
            assertThat(backend.requests).hasSize(1);
            assertThat(proxy.traffic.totals().limitHits()).containsEntry(Limit.MEMORY, 2L);
            used.set(0);
            await().until(() -> !guard.isShedding());
            assertThat(proxy.get("/")).endsWith("ok");
        }
    }
}
