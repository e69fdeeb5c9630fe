package io.backendpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PoolSnapshotTest {
    private static final Listener HTTP = new Listener("http", 8080, Listener.Protocol.HTTP);

    @Test
    void equals_backendsInAnotherOrder_isTheSameSnapshot() {
        Backend a = backend("web", "10.0.0.1");
        Backend b = backend("web", "10.0.0.2");
        assertThat(snapshot(List.of(HTTP), List.of(a, b))).isEqualTo(snapshot(List.of(HTTP), List.of(b, a)));
    }

    @Test
    void constructor_backendOfUnknownGroup_namesBoth() {
        assertThatThrownBy(() -> snapshot(List.of(HTTP), List.of(backend("wbe", "10.0.0.1"))))
                .hasMessage("backend 10.0.0.1:80: group wbe (expected: one of [web])");
    }

    @Test
    void constructor_listenersOnOnePort_saysWhich() {
        Listener other = new Listener("other", 8080, Listener.Protocol.HTTP);
        assertThatThrownBy(() -> snapshot(List.of(HTTP, other), List.of()))
                .hasMessage("listeners[].port: 8080 twice (expected: unique)");
    }

    @Test
    void constructor_aUdpPortBesideATcpPort_isTaken() {
        Listener udp = new Listener("dns", 8080, Listener.Protocol.UDP);
        assertThat(snapshot(List.of(HTTP, udp), List.of()).listeners()).containsExactly(HTTP, udp);
    }

    @Test
    void constructor_tlsWhereItDoesNotBelong_namesTheProtocol() {
        assertThatThrownBy(() -> new Listener("web", 443, Listener.Protocol.HTTPS))
                .hasMessage("listeners[web].tls: absent (expected: certificates, for the protocol is HTTPS)");
        assertThatThrownBy(() -> new BackendGroup(
                        "web", 1, BackendGroup.Protocol.H2, null, BackendGroup.ProxyProtocol.NONE, List.of()))
                .hasMessage("backends[web].tls: absent (expected: present, for the protocol is H2)");
    }

    @Test
    void certificate_printed_doesNotShowItsKey() {
        assertThat(new Certificate("web", "chain", "very secret")).asString().doesNotContain("secret");
    }

    @Test
    void constructor_weightOutOfRange_showsBothSides() {
        assertThatThrownBy(() -> new BackendGroup("web", -1))
                .hasMessage("backends[web].weight: -1 (expected: 0 to 1,000,000)");
        assertThatThrownBy(() -> new Listener("http", 70_000, Listener.Protocol.HTTP))
                .hasMessage("listeners[http].port: 70000 (expected: 1 to 65,535)");
    }

    @Test
    void address_ofIpv6_isBracketed() {
        assertThat(new BackendKey("web", "2001:db8::7", 80).address()).isEqualTo("[2001:db8::7]:80");
    }

    @Test
    void poolId_printedAndParsed_isTheSame() {
        PoolId id = new PoolId("shop", "web");
        assertThat(PoolId.parse(id.toString())).isEqualTo(id);
        assertThatThrownBy(() -> PoolId.parse("web")).hasMessage("pool: web (expected: NAMESPACE/NAME)");
    }

    private static Backend backend(String group, String host) {
        return new Backend(new BackendKey(group, host, 80), EndpointConditions.READY, null);
    }

    private static PoolSnapshot snapshot(List<Listener> listeners, List<Backend> backends) {
        return new PoolSnapshot(
                new PoolId("shop", "web"),
                listeners,
                List.of(new BackendGroup("web", 100)),
                backends,
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null);
    }
}
