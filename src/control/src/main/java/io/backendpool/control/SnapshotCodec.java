package io.backendpool.control;

import io.backendpool.control.v1.Delta;
import io.backendpool.control.v1.Pool;
import io.backendpool.control.v1.Snapshot;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import java.util.ArrayList;
import java.util.List;

/**
 * The border between the model and the wire for snapshots, deltas and revisions. Decoding validates everything, and
 * refuses fields and values of newer versions: a pool that is half understood is not the pool that was asked for.
 */
public final class SnapshotCodec {
    private SnapshotCodec() {}

    /** The whole pool as a message. */
    public static Snapshot encode(PublishedPool pool) {
        return Snapshot.newBuilder()
                .setRevision(encode(pool.revision()))
                .setPool(encode(pool.snapshot()))
                .build();
    }

    /**
     * Reads a whole pool. The digest is the sender's word: compare it with {@link SnapshotDigest#of}, or let
     * {@link #verify} do so.
     *
     * @throws InvalidSnapshotException it is no pool that this version can run
     */
    public static PublishedPool decode(Snapshot message) throws InvalidSnapshotException {
        UnknownFields.refuse(message);
        if (!message.hasPool()) {
            throw new InvalidSnapshotException("Snapshot.pool: absent (expected: a pool)");
        }
        return new PublishedPool(decode(message.getRevision()), decode(message.getPool()));
    }

    /**
     * Says whether a pool is what its revision promises.
     *
     * @throws InvalidSnapshotException the digest is another
     */
    public static void verify(PublishedPool pool) throws InvalidSnapshotException {
        String digest = SnapshotDigest.of(pool.snapshot());
        if (!digest.equals(pool.revision().digest())) {
            throw new InvalidSnapshotException("revision %d digest: %s (expected: %s, by its revision)"
                    .formatted(pool.revision().number(), digest, pool.revision().digest()));
        }
    }

    /** A change as a message. */
    public static Delta encode(SnapshotDelta delta, Revision base, Revision revision) {
        Delta.Builder message = Delta.newBuilder().setBase(encode(base)).setRevision(encode(revision));
        if (delta.config() != null) {
            message.setConfig(PoolConfigCodec.encode(delta.config()));
        }
        delta.upserts().forEach(backend -> message.addUpserts(encode(backend)));
        delta.removals().forEach(key -> message.addRemovals(encode(key)));
        return message.build();
    }

    /**
     * Reads a change; base and revision are read by {@link #decode(io.backendpool.control.v1.Revision)}.
     *
     * @throws InvalidSnapshotException it is no change that this version can make
     */
    public static SnapshotDelta decode(Delta message) throws InvalidSnapshotException {
        UnknownFields.refuse(message);
        List<BackendKey> removals = new ArrayList<>(message.getRemovalsCount());
        for (io.backendpool.control.v1.BackendKey key : message.getRemovalsList()) {
            removals.add(decode(key));
        }
        return new SnapshotDelta(
                message.hasConfig() ? PoolConfigCodec.decode(message.getConfig()) : null,
                decode(message.getUpsertsList()),
                removals);
    }

    /** A revision as a message. */
    public static io.backendpool.control.v1.Revision encode(Revision revision) {
        return io.backendpool.control.v1.Revision.newBuilder()
                .setNumber(revision.number())
                .setDigest(revision.digest())
                .build();
    }

    /**
     * Reads a revision.
     *
     * @throws InvalidSnapshotException its number is no positive 63-bit number, or its digest is none
     */
    public static Revision decode(io.backendpool.control.v1.Revision message) throws InvalidSnapshotException {
        try {
            return new Revision(message.getNumber(), message.getDigest());
        } catch (IllegalArgumentException invalid) {
            throw invalid(invalid);
        }
    }

    static Pool encode(PoolSnapshot snapshot) {
        Pool.Builder pool = Pool.newBuilder()
                .setNamespace(snapshot.id().namespace())
                .setName(snapshot.id().name())
                .setConfig(PoolConfigCodec.encode(PoolConfig.of(snapshot)));
        snapshot.backends().forEach(backend -> pool.addBackends(encode(backend)));
        return pool.build();
    }

    private static PoolSnapshot decode(Pool pool) throws InvalidSnapshotException {
        try {
            PoolId id = new PoolId(pool.getNamespace(), pool.getName());
            return PoolConfigCodec.decode(pool.getConfig()).with(id, decode(pool.getBackendsList()));
        } catch (IllegalArgumentException invalid) {
            throw invalid(invalid);
        }
    }

    static io.backendpool.control.v1.BackendKey encode(BackendKey key) {
        return io.backendpool.control.v1.BackendKey.newBuilder()
                .setGroup(key.group())
                .setHost(key.host())
                .setPort(key.port())
                .build();
    }

    static BackendKey decode(io.backendpool.control.v1.BackendKey key) throws InvalidSnapshotException {
        try {
            return new BackendKey(key.getGroup(), key.getHost(), key.getPort());
        } catch (IllegalArgumentException invalid) {
            throw invalid(invalid);
        }
    }

    private static io.backendpool.control.v1.Backend encode(Backend backend) {
        io.backendpool.control.v1.Backend.Builder message = io.backendpool.control.v1.Backend.newBuilder()
                .setKey(encode(backend.key()))
                .setReady(backend.conditions().ready())
                .setServing(backend.conditions().serving())
                .setTerminating(backend.conditions().terminating());
        String origin = backend.origin();
        if (origin != null) {
            message.setOrigin(origin);
        }
        String zone = backend.zone();
        if (zone != null) {
            message.setZone(zone);
        }
        if (!backend.zoneHints().isEmpty()) {
            message.addAllZoneHints(backend.zoneHints());
        }
        return message.build();
    }

    private static List<Backend> decode(List<io.backendpool.control.v1.Backend> messages)
            throws InvalidSnapshotException {
        List<Backend> backends = new ArrayList<>(messages.size());
        for (io.backendpool.control.v1.Backend message : messages) {
            backends.add(new Backend(
                    decode(message.getKey()),
                    new EndpointConditions(message.getReady(), message.getServing(), message.getTerminating()),
                    message.hasOrigin() ? message.getOrigin() : null,
                    message.hasZone() ? message.getZone() : null,
                    message.getZoneHintsList()));
        }
        return backends;
    }

    /** The model's own sentence, as a value of the border. */
    static InvalidSnapshotException invalid(IllegalArgumentException cause) {
        String message = cause.getMessage();
        return new InvalidSnapshotException(message == null ? cause.toString() : message);
    }
}
