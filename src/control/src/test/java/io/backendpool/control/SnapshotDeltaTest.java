package io.backendpool.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SnapshotDeltaTest {
    @Test
    void delta_ofOneEndpoint_isSmallWhateverThePoolsSize() {
        PoolSnapshot large = Snapshots.of(IntStream.range(0, 5_000).toArray());
        PoolSnapshot larger = Snapshots.of(IntStream.range(0, 5_001).toArray());
        PoolSnapshot small = Snapshots.of(1);
        PoolSnapshot smaller = Snapshots.of();
        assertThat(wireSize(large, larger))
                .isLessThan(wireSize(small, smaller) + 32)
                .isLessThan(400);
        assertThat(SnapshotDelta.between(large, larger).config()).isNull();
    }

    @Test
    void delta_ofAnotherBase_isRefused() {
        SnapshotDelta removesTwo = SnapshotDelta.between(Snapshots.of(1, 2), Snapshots.of(1));
        assertThatThrownBy(() -> removesTwo.applyTo(Snapshots.of(1)))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessage("delta removes backend stable/10.0.0.2:8080 (expected: one of the base's backends)");
    }

    @Test
    void delta_thatRemovesABackendTwice_isRefused() {
        BackendKey key = Snapshots.of(2).backends().getFirst().key();
        SnapshotDelta twice = new SnapshotDelta(null, List.of(), List.of(key, key));
        assertThatThrownBy(() -> twice.applyTo(Snapshots.of(1, 2)))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessage("delta removes backend stable/10.0.0.2:8080 (expected: one of the base's backends)");
    }

    @Test
    void delta_betweenTwoPools_isABug() {
        PoolSnapshot a = Snapshots.of(1);
        PoolSnapshot b = new PoolSnapshot(
                new PoolId("shop", "api"), a.listeners(), a.groups(), a.backends(), a.loadBalancing(), null);
        assertThatThrownBy(() -> SnapshotDelta.between(a, b)).hasMessage("pool: shop/api (expected: shop/web)");
    }

    private static int wireSize(PoolSnapshot from, PoolSnapshot to) {
        return SnapshotCodec.encode(
                        SnapshotDelta.between(from, to),
                        new Revision(1, SnapshotDigest.of(from)),
                        new Revision(2, SnapshotDigest.of(to)))
                .getSerializedSize();
    }
}
