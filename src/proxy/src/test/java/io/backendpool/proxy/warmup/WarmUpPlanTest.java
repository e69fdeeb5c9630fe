package io.backendpool.proxy.warmup;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.Listener;
import io.backendpool.pool.ListenerTls;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.proxy.warmup.WarmUpPlan.Client;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class WarmUpPlanTest {
    private static final Set<BackendGroup.Protocol> HTTP = Set.of(BackendGroup.Protocol.HTTP);

    @Test
    void plan_hasWhatTheListenersSpeak() {
        assertThat(plan(BackendGroup.Protocol.HTTP, Listener.Protocol.HTTP)).isEqualTo(WarmUpPlan.USUAL);
        assertThat(plan(BackendGroup.Protocol.HTTP, Listener.Protocol.HTTPS))
                .isEqualTo(new WarmUpPlan(Set.of(Client.HTTP_1_TLS, Client.H2), HTTP));
        assertThat(plan(BackendGroup.Protocol.H2C, Listener.Protocol.HTTP))
                .isEqualTo(new WarmUpPlan(Set.of(Client.HTTP_1, Client.H2C), Set.of(BackendGroup.Protocol.H2C)));
    }

    @Test
    void plan_ofStreams_hasNoBackendsOfRequests() {
        assertThat(plan(
                        BackendGroup.Protocol.HTTP,
                        Listener.Protocol.TCP,
                        Listener.Protocol.UDP,
                        Listener.Protocol.TLS))
                .isEqualTo(new WarmUpPlan(Set.of(Client.TCP, Client.UDP, Client.TLS_PASSED_ON), Set.of()));
    }

    @Test
    void plan_withoutListeners_isEmpty() {
        assertThat(plan(BackendGroup.Protocol.HTTP).isEmpty()).isTrue();
    }

    @Test
    void without_leavesWhatIsNotWarm() {
        WarmUpPlan wanted = new WarmUpPlan(Set.of(Client.HTTP_1, Client.H2, Client.TCP), HTTP);
        assertThat(wanted.without(WarmUpPlan.USUAL)).isEqualTo(new WarmUpPlan(Set.of(Client.H2, Client.TCP), HTTP));
        assertThat(wanted.without(wanted).isEmpty()).isTrue();
        assertThat(wanted.without(WarmUpPlan.NOTHING)).isEqualTo(wanted);
    }

    @Test
    void without_leavesAllRequests_whereBackendsSpeakInAnotherWay() {
        WarmUpPlan wanted = new WarmUpPlan(Set.of(Client.HTTP_1, Client.TCP), Set.of(BackendGroup.Protocol.H2));
        WarmUpPlan done = new WarmUpPlan(Set.of(Client.HTTP_1, Client.TCP), HTTP);
        assertThat(wanted.without(done))
                .isEqualTo(new WarmUpPlan(Set.of(Client.HTTP_1), Set.of(BackendGroup.Protocol.H2)));
        assertThat(wanted.without(done.and(wanted)).isEmpty()).isTrue();
    }

    private static WarmUpPlan plan(BackendGroup.Protocol backends, Listener.Protocol... protocols) {
        List<Listener> listeners = new ArrayList<>();
        for (Listener.Protocol protocol : protocols) {
            ListenerTls tls = protocol == Listener.Protocol.HTTPS
                    ? new ListenerTls(List.of("web"), ListenerTls.TlsVersion.TLS_1_2)
                    : null;
            listeners.add(new Listener(protocol.name(), 8000 + listeners.size(), protocol, tls, List.of()));
        }
        return WarmUpPlan.of(new PoolSnapshot(
                new PoolId("shop", "web"),
                listeners,
                List.of(new BackendGroup("stable", 1, backends, null, BackendGroup.ProxyProtocol.NONE, List.of())),
                List.of(),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null));
    }
}
