package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.proxy.warmup.FreePorts;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.Test;

/** After exchanges that end in every way, no buffer is left behind: Netty's detector tracks each of them. */
class LeakTest {
    private static final String[] RESPONSES = {
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokSURPLUS",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokzz",
        "HTTP/1.0 200 OK\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok",
        "nonsense\r\n\r\n",
        ""
    };

    private static final String[] REQUESTS = {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok",
        "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nok",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz",
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /pipelined HTTP/1.1\r\nHost: a\r\n\r\nGET",
        "nonsense\r\n\r\n",
        "GET / HT"
    };

    @Test
    void noBufferIsLost() throws Exception {
        assertThat(FreePorts.next()).isPositive();
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        for (String response : RESPONSES) {
            try (Backend backend = Backend.sendingAndClosing(response);
                    Proxy proxy = Proxy.to(backend)) {
                for (String request : REQUESTS) {
                    try (Client client = proxy.connect()) {
                        client.send(request);
                        client.socket.shutdownOutput();
                        readWhatComes(client);
                    }
                    try (Client client = proxy.connect()) {
                        client.send(request);
                    }
                }
            }
        }
        // Leaks are found when a lost buffer was collected and the next one is allocated.
        for (int i = 0; i < 5; i++) {
            System.gc();
            PooledByteBufAllocator.DEFAULT.directBuffer().release();
        }
        assertThat(Proxy.LEAKS).isEmpty();
    }

    private static void readWhatComes(Client client) {
        try {
            assertThat(client.readAll()).isNotNull();
        } catch (java.io.IOException e) {
            // A response that was cut ends with a reset: that is right here.
        }
    }
}
