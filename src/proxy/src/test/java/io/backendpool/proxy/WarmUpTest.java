package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.transport.Transport;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class WarmUpTest {
    private final Vertx traffic = EventLoops.create(2, Transport.NIO);
    private final Vertx side = EventLoops.create(1, Transport.NIO);

    @AfterEach
    void stop() throws Exception {
        traffic.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        side.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void warmUp_sendsAllItsRequests_whereThereIsTime() throws Exception {
        WarmUp warmUp = new WarmUp(traffic, side, 2, 400, Duration.ofSeconds(60));
        assertThat(answered(warmUp)).isEqualTo(400);
    }

    @Test
    void warmUp_withoutTime_ends() throws Exception {
        WarmUp warmUp = new WarmUp(traffic, side, 2, Integer.MAX_VALUE, Duration.ofMillis(1));
        assertThat(answered(warmUp)).isNotNegative();
    }

    private static int answered(WarmUp warmUp) throws Exception {
        return warmUp.run().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
