package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.proxy.warmup.WarmUp;
import io.backendpool.proxy.warmup.WarmUpPlan;
import io.backendpool.proxy.warmup.WarmUpPlan.Client;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class WarmingTest {
    private static final WarmUpPlan TCP = new WarmUpPlan(Set.of(Client.TCP), Set.of());

    private final List<WarmUpPlan> begun = new ArrayList<>();
    private final List<Promise<WarmUp.Result>> running = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final Warming warming = new Warming(this::begin, told::add);

    @Test
    void poolThatIsThere_isWhatIsWarmed() {
        warming.poolIsLive(pool(Listener.Protocol.TCP));
        warming.poolIsLate();
        assertThat(begun).containsExactly(TCP);
        assertThat(told).isEmpty();
        end(0);
        assertThat(told).containsExactly("warmed up by 1 requests (TCP) in 5 ms");
    }

    @Test
    void poolThatIsLate_findsTheUsualWarm_andHasTheRestWarmed() {
        warming.poolIsLate();
        warming.poolIsLive(pool(Listener.Protocol.HTTP, Listener.Protocol.TCP));
        assertThat(begun).containsExactly(WarmUpPlan.USUAL);
        end(0);
        assertThat(begun).containsExactly(WarmUpPlan.USUAL, TCP);
        assertThat(told).isEmpty();
        end(1);
        assertThat(told)
                .containsExactly("warmed up by 1 requests (HTTP/1.1) in 5 ms, warmed up by 1 requests (TCP) in 5 ms");
    }

    @Test
    void poolThatComesAfterTheWarmUp_andUsesNothingElse_isReadyAtOnce() {
        warming.poolIsLate();
        end(0);
        assertThat(told).isEmpty();
        warming.poolIsLive(pool(Listener.Protocol.HTTP));
        assertThat(begun).hasSize(1);
        assertThat(told).hasSize(1);
    }

    @Test
    void laterPools_warmNothing() {
        warming.poolIsLive(pool(Listener.Protocol.HTTP));
        end(0);
        warming.poolIsLive(pool(Listener.Protocol.TCP));
        assertThat(begun).hasSize(1);
        assertThat(told).hasSize(1);
    }

    @Test
    void failure_isSaid_andDoesNotKeepTheProxyFromBeingReady() {
        warming.poolIsLive(pool(Listener.Protocol.TCP));
        running.getFirst().fail("no port");
        assertThat(begun).hasSize(1);
        assertThat(told)
                .singleElement()
                .asString()
                .startsWith("is cold, the warm-up failed: ")
                .endsWith("no port");
    }

    @Test
    void poolWithoutListeners_needsNoWarmUp() {
        warming.poolIsLive(pool());
        assertThat(begun).isEmpty();
        assertThat(told).containsExactly("has no listener to warm");
    }

    private Future<WarmUp.Result> begin(WarmUpPlan plan) {
        begun.add(plan);
        Promise<WarmUp.Result> promise = Promise.promise();
        running.add(promise);
        return promise.future();
    }

    private void end(int run) {
        running.get(run)
                .complete(new WarmUp.Result(
                        1, 1, Duration.ofMillis(5), begun.get(run).clients()));
    }

    private static PoolSnapshot pool(Listener.Protocol... protocols) {
        List<Listener> listeners = new ArrayList<>();
        for (Listener.Protocol protocol : protocols) {
            listeners.add(new Listener(protocol.name(), 8000 + listeners.size(), protocol));
        }
        return new PoolSnapshot(
                new PoolId("shop", "web"),
                listeners,
                List.of(new BackendGroup("stable", 1)),
                List.of(),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null);
    }
}
