package io.backendpool.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.control.v1.Delta;
import io.backendpool.control.v1.Snapshot;
import io.backendpool.pool.Backend;
import io.backendpool.pool.PoolSnapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The laws of codec, digest and delta, on pools at random. */
class SnapshotLawsTest {
    @Provide
    Arbitrary<PoolSnapshot> pools() {
        return Snapshots.any();
    }

    @Property(tries = 300)
    void delta_appliedToItsBase_givesTheTarget(@ForAll("pools") PoolSnapshot a, @ForAll("pools") PoolSnapshot b)
            throws Exception {
        assertThat(SnapshotDelta.between(a, b).applyTo(a)).isEqualTo(b);
    }

    @Property(tries = 300)
    void delta_overTheWire_givesTheTarget(@ForAll("pools") PoolSnapshot a, @ForAll("pools") PoolSnapshot b)
            throws Exception {
        Revision from = new Revision(1, SnapshotDigest.of(a));
        Revision to = new Revision(2, SnapshotDigest.of(b));
        byte[] wire =
                SnapshotCodec.encode(SnapshotDelta.between(a, b), from, to).toByteArray();
        assertThat(SnapshotCodec.decode(Delta.parseFrom(wire)).applyTo(a)).isEqualTo(b);
    }

    @Property(tries = 300)
    void codec_roundTrip_isTheSame(@ForAll("pools") PoolSnapshot a) throws Exception {
        PublishedPool pool = new PublishedPool(new Revision(7, SnapshotDigest.of(a)), a);
        PublishedPool back = SnapshotCodec.decode(
                Snapshot.parseFrom(SnapshotCodec.encode(pool).toByteArray()));
        assertThat(back).isEqualTo(pool);
        SnapshotCodec.verify(back);
    }

    @Property(tries = 300)
    void digest_isEqual_exactlyWherePoolsAre(@ForAll("pools") PoolSnapshot a, @ForAll("pools") PoolSnapshot b) {
        assertThat(SnapshotDigest.of(a).equals(SnapshotDigest.of(b))).isEqualTo(a.equals(b));
    }

    @Property(tries = 100)
    void digest_doesNotDepend_onTheOrderOfBackends(@ForAll("pools") PoolSnapshot a, @ForAll Random random) {
        List<Backend> shuffled = new ArrayList<>(a.backends());
        Collections.shuffle(shuffled, random);
        PoolSnapshot same = new PoolSnapshot(
                a.id(),
                a.listeners(),
                a.groups(),
                shuffled,
                a.loadBalancing(),
                a.healthCheck(),
                a.traffic(),
                a.certificates().reversed(),
                a.session(),
                a.outlierDetection(),
                a.adaptiveWeight(),
                a.overrides().reversed(),
                a.sessionKeys());
        assertThat(SnapshotDigest.of(same)).isEqualTo(SnapshotDigest.of(a));
    }

    @Property(tries = 100)
    void delta_ofTheSamePool_isEmpty(@ForAll("pools") PoolSnapshot a) {
        assertThat(SnapshotDelta.between(a, a).isEmpty()).isTrue();
    }
}
