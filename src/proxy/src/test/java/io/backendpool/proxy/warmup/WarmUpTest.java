package io.backendpool.proxy.warmup;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.BackendGroup;
import io.backendpool.proxy.warmup.WarmUpPlan.Client;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class WarmUpTest {
    private final Vertx traffic = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final Vertx side = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

    @AfterEach
    void stop() throws Exception {
        traffic.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        side.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource
    void eachClient_sendsAllItsRequests_whereThereIsTime(Client client) throws Exception {
        WarmUp.Result result =
                warm(400, Duration.ofSeconds(60), new WarmUpPlan(Set.of(client), Set.of(BackendGroup.Protocol.HTTP)));
        assertThat(result.answered()).isEqualTo(400);
        assertThat(result).asString().startsWith("by 400 requests (" + client.word() + ") in ");
    }

    @ParameterizedTest
    @EnumSource
    void eachProtocolOfBackends_isSpoken(BackendGroup.Protocol protocol) throws Exception {
        WarmUpPlan plan = new WarmUpPlan(Set.of(Client.HTTP_1, Client.H2), Set.of(protocol));
        assertThat(warm(200, Duration.ofSeconds(60), plan).answered()).isEqualTo(400);
    }

    @Test
    void allAtOnce() throws Exception {
        WarmUpPlan plan = new WarmUpPlan(Set.of(Client.values()), Set.of(BackendGroup.Protocol.values()));
        assertThat(warm(100, Duration.ofSeconds(60), plan).answered()).isEqualTo(100 * Client.values().length);
    }

    @Test
    void withoutTime_itEnds_andSaysHowFarItCame() throws Exception {
        WarmUp.Result result = warm(1_000_000, Duration.ofMillis(1), WarmUpPlan.USUAL);
        assertThat(result.answered()).isNotNegative().isLessThan(1_000_000);
        assertThat(result).asString().contains(" of 1,000,000 requests (HTTP/1.1) in ");
    }

    private WarmUp.Result warm(int requests, Duration limit, WarmUpPlan plan) throws Exception {
        return new WarmUp(traffic, side, 2, requests, limit)
                .run(plan)
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }
}
