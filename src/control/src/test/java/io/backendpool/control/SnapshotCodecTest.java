package io.backendpool.control;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UnknownFieldSet;
import io.backendpool.control.v1.Snapshot;
import org.junit.jupiter.api.Test;

/** What a peer of another version, or a broken one, may send. */
class SnapshotCodecTest {
    private static final Snapshot GOOD = SnapshotCodec.encode(Snapshots.published(3, 1, 2));

    @Test
    void unknownField_deepInside_isRefusedWithItsPlace() {
        Snapshot.Builder snapshot = GOOD.toBuilder();
        snapshot.getPoolBuilder().getBackendsBuilder(1).setUnknownFields(unknownField(77));
        refused(
                snapshot,
                "Snapshot.pool.backends[]: field 77 (expected: fields of this version): uses a field this version does not know");
    }

    @Test
    void unknownField_inAMessageThatIsThereOnce_isRefusedWithItsPlace() {
        Snapshot.Builder snapshot = GOOD.toBuilder();
        snapshot.getPoolBuilder().getBackendsBuilder(0).getKeyBuilder().setUnknownFields(unknownField(78));
        refused(
                snapshot,
                "Snapshot.pool.backends[].key: field 78 (expected: fields of this version): uses a field this version does not know");
    }

    @Test
    void unknownProtocol_isRefused() {
        Snapshot.Builder snapshot = GOOD.toBuilder();
        snapshot.getPoolBuilder().getConfigBuilder().getListenersBuilder(0).setProtocolValue(9);
        refused(
                snapshot,
                "listeners[http].protocol: value 9 (expected: HTTP, HTTPS, TCP, UDP or TLS): uses a value this version does not know");
    }

    @Test
    void unknownPolicy_isRefused() {
        Snapshot.Builder snapshot = GOOD.toBuilder();
        snapshot.getPoolBuilder().getConfigBuilder().getLoadBalancingBuilder().setPolicyValue(0);
        refused(
                snapshot,
                "loadBalancing.policy: value 0 (expected: RoundRobin, Random, LeastRequest, LeastConnections, LeastResponseTime, RingHash, Maglev or Rendezvous): uses a value this version does not know");
    }

    @Test
    void hashKeyWithoutKind_isRefused() {
        Snapshot.Builder snapshot = GOOD.toBuilder();
        snapshot.getPoolBuilder().getConfigBuilder().getLoadBalancingBuilder().addHashBuilder();
        refused(
                snapshot,
                "loadBalancing.hash[]: no key (expected: header, cookie, queryParameter, path, serverName or clientIP)");
    }

    @Test
    void hashPolicyWithoutKey_isRefused() {
        Snapshot.Builder snapshot = GOOD.toBuilder();
        snapshot.getPoolBuilder()
                .getConfigBuilder()
                .getLoadBalancingBuilder()
                .setPolicy(io.backendpool.control.v1.LoadBalancing.Policy.MAGLEV);
        refused(snapshot, "loadBalancing.hash: [] (expected: 1 to 8 keys, for the policy is MAGLEV)");
    }

    @Test
    void sessionKeyThatIsTooShort_isRefused_andNotShown() {
        Snapshot.Builder snapshot = GOOD.toBuilder();
        snapshot.getPoolBuilder()
                .getConfigBuilder()
                .addSessionKeysBuilder()
                .setId("k1")
                .setSecret("c2VjcmV0");
        refused(snapshot, "sessionKeys[k1].secret: (hidden) (expected: 32 to 64 bytes in base64)");
    }

    @Test
    void missingPool_isRefused() {
        refused(GOOD.toBuilder().clearPool(), "Snapshot.pool: absent (expected: a pool)");
    }

    @Test
    void impossiblePort_isRefused() {
        Snapshot.Builder snapshot = GOOD.toBuilder();
        snapshot.getPoolBuilder().getBackendsBuilder(0).getKeyBuilder().setPort(-1);
        refused(snapshot, "backend 10.0.0.1 port: -1 (expected: 1 to 65,535)");
    }

    @Test
    void negativeInterval_isRefused() {
        Snapshot.Builder snapshot = GOOD.toBuilder();
        snapshot.getPoolBuilder().getConfigBuilder().getHealthCheckBuilder().setIntervalNanos(-1);
        refused(snapshot, "healthCheck.interval: PT-0.000000001S (expected: at least 10ms)");
    }

    @Test
    void healthCheckWithoutProbe_isRefused() {
        Snapshot.Builder snapshot = GOOD.toBuilder();
        snapshot.getPoolBuilder().getConfigBuilder().getHealthCheckBuilder().clearProbe();
        refused(snapshot, "healthCheck: no probe (expected: http, tcp, grpc or tls)");
    }

    @Test
    void backendTwice_isRefused() {
        Snapshot.Builder snapshot = GOOD.toBuilder();
        snapshot.getPoolBuilder().addBackends(snapshot.getPool().getBackends(0));
        refused(snapshot, "backend: stable/10.0.0.1:8080 twice (expected: unique)");
    }

    @Test
    void revisionZero_isRefused() {
        Snapshot.Builder snapshot = GOOD.toBuilder();
        snapshot.getRevisionBuilder().setNumber(0);
        refused(snapshot, "revision.number: 0 (expected: 1 or more)");
    }

    @Test
    void wrongDigest_isRefused() {
        PublishedPool lie = new PublishedPool(new Revision(3, SnapshotDigest.of(Snapshots.of(9))), Snapshots.of(1));
        assertThatThrownBy(() -> SnapshotCodec.verify(lie))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageStartingWith("revision 3 digest: sha256:")
                .hasMessageContaining("(expected: sha256:");
    }

    private static UnknownFieldSet unknownField(int number) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        number, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
    }

    private static void refused(Snapshot.Builder snapshot, String sentence) {
        assertThatThrownBy(() -> SnapshotCodec.decode(snapshot.build()))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessage(sentence);
    }
}
