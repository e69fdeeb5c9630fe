package io.backendpool.control;

import io.backendpool.control.v1.AddressPrefix;
import io.backendpool.control.v1.Empty;
import io.backendpool.pool.HashKey;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.SlowStart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The border between the model and the wire for how a backend is chosen. What is as usual does not travel. */
final class LoadBalancingCodec {
    private static final LoadBalancing USUAL = new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN);

    private LoadBalancingCodec() {}

    static io.backendpool.control.v1.LoadBalancing encode(LoadBalancing balancing) {
        io.backendpool.control.v1.LoadBalancing.Builder message = io.backendpool.control.v1.LoadBalancing.newBuilder()
                .setPolicy(encode(balancing.policy()))
                .setFullScan(balancing.leastRequest().fullScan())
                .setPreferOwnZone(balancing.locality().mode() == LoadBalancing.Locality.Mode.PREFER)
                .setSubsetSize(balancing.subsetSize());
        if (balancing.leastRequest().choices() != USUAL.leastRequest().choices()) {
            message.setChoices(balancing.leastRequest().choices());
        }
        if (!balancing.decay().equals(USUAL.decay())) {
            message.setDecayNanos(balancing.decay().toNanos());
        }
        if (!balancing.ringSize().equals(USUAL.ringSize())) {
            message.setRingMinimum(balancing.ringSize().minimum())
                    .setRingMaximum(balancing.ringSize().maximum());
        }
        Integer bound = balancing.boundedLoadPercent();
        if (bound != null) {
            message.setBoundedLoadPercent(bound);
        }
        balancing.hash().forEach(key -> message.addHash(encode(key)));
        if (balancing.locality().minHealthyShare() != USUAL.locality().minHealthyShare()) {
            message.setZoneMinHealthyShare(balancing.locality().minHealthyShare());
        }
        if (balancing.panicThreshold() != USUAL.panicThreshold()) {
            message.setPanicThreshold(balancing.panicThreshold());
        }
        SlowStart slowStart = balancing.slowStart();
        if (slowStart != null) {
            message.getSlowStartBuilder()
                    .setWindowNanos(slowStart.window().toNanos())
                    .setAggression(slowStart.aggression())
                    .setMinimumPercent(slowStart.minimumPercent());
        }
        return message.build();
    }

    /**
     * Decodes {@code message}.
     *
     * @throws IllegalArgumentException a value is out of its range; the message names the field
     */
    static LoadBalancing decode(io.backendpool.control.v1.LoadBalancing message) throws InvalidSnapshotException {
        List<HashKey> hash = new ArrayList<>();
        for (io.backendpool.control.v1.HashKey key : message.getHashList()) {
            hash.add(decode(key));
        }
        return new LoadBalancing(
                policy(message),
                new LoadBalancing.LeastRequest(
                        message.hasChoices()
                                ? message.getChoices()
                                : USUAL.leastRequest().choices(),
                        message.getFullScan()),
                message.hasDecayNanos() ? Duration.ofNanos(message.getDecayNanos()) : USUAL.decay(),
                new LoadBalancing.RingSize(
                        message.hasRingMinimum()
                                ? message.getRingMinimum()
                                : USUAL.ringSize().minimum(),
                        message.hasRingMaximum()
                                ? message.getRingMaximum()
                                : USUAL.ringSize().maximum()),
                message.hasBoundedLoadPercent() ? (Integer) message.getBoundedLoadPercent() : null,
                hash,
                new LoadBalancing.Locality(
                        message.getPreferOwnZone()
                                ? LoadBalancing.Locality.Mode.PREFER
                                : LoadBalancing.Locality.Mode.OFF,
                        message.hasZoneMinHealthyShare()
                                ? message.getZoneMinHealthyShare()
                                : USUAL.locality().minHealthyShare()),
                message.getSubsetSize(),
                message.hasPanicThreshold() ? message.getPanicThreshold() : USUAL.panicThreshold(),
                message.hasSlowStart() ? decode(message.getSlowStart()) : null);
    }

    private static @Nullable SlowStart decode(io.backendpool.control.v1.SlowStart message) {
        return new SlowStart(
                Duration.ofNanos(message.getWindowNanos()), message.getAggression(), message.getMinimumPercent());
    }

    private static io.backendpool.control.v1.HashKey encode(HashKey key) {
        io.backendpool.control.v1.HashKey.Builder message = io.backendpool.control.v1.HashKey.newBuilder();
        switch (key) {
            case HashKey.Header(String name) -> message.setHeader(name);
            case HashKey.Cookie(String name) -> message.setCookie(name);
            case HashKey.QueryParameter(String name) -> message.setQueryParameter(name);
            case HashKey.Path() -> message.setPath(Empty.getDefaultInstance());
            case HashKey.ServerName() -> message.setServerName(Empty.getDefaultInstance());
            case HashKey.ClientIp(int v4, int v6) ->
                message.setClientIp(
                        AddressPrefix.newBuilder().setV4(v4).setV6(v6).build());
        }
        return message.build();
    }

    private static HashKey decode(io.backendpool.control.v1.HashKey message) throws InvalidSnapshotException {
        return switch (message.getKindCase()) {
            case HEADER -> new HashKey.Header(message.getHeader());
            case COOKIE -> new HashKey.Cookie(message.getCookie());
            case QUERY_PARAMETER -> new HashKey.QueryParameter(message.getQueryParameter());
            case PATH -> new HashKey.Path();
            case SERVER_NAME -> new HashKey.ServerName();
            case CLIENT_IP ->
                new HashKey.ClientIp(
                        message.getClientIp().getV4(), message.getClientIp().getV6());
            case KIND_NOT_SET ->
                throw new InvalidSnapshotException(
                        "loadBalancing.hash[]: no key (expected: header, cookie, queryParameter, path, serverName or clientIP)");
        };
    }

    private static io.backendpool.control.v1.LoadBalancing.Policy encode(LoadBalancing.Policy policy) {
        return switch (policy) {
            case ROUND_ROBIN -> io.backendpool.control.v1.LoadBalancing.Policy.ROUND_ROBIN;
            case RANDOM -> io.backendpool.control.v1.LoadBalancing.Policy.RANDOM;
            case LEAST_REQUEST -> io.backendpool.control.v1.LoadBalancing.Policy.LEAST_REQUEST;
            case LEAST_CONNECTIONS -> io.backendpool.control.v1.LoadBalancing.Policy.LEAST_CONNECTIONS;
            case LEAST_RESPONSE_TIME -> io.backendpool.control.v1.LoadBalancing.Policy.LEAST_RESPONSE_TIME;
            case RING_HASH -> io.backendpool.control.v1.LoadBalancing.Policy.RING_HASH;
            case MAGLEV -> io.backendpool.control.v1.LoadBalancing.Policy.MAGLEV;
            case RENDEZVOUS -> io.backendpool.control.v1.LoadBalancing.Policy.RENDEZVOUS;
        };
    }

    private static LoadBalancing.Policy policy(io.backendpool.control.v1.LoadBalancing message)
            throws InvalidSnapshotException {
        return switch (message.getPolicy()) {
            case ROUND_ROBIN -> LoadBalancing.Policy.ROUND_ROBIN;
            case RANDOM -> LoadBalancing.Policy.RANDOM;
            case LEAST_REQUEST -> LoadBalancing.Policy.LEAST_REQUEST;
            case LEAST_CONNECTIONS -> LoadBalancing.Policy.LEAST_CONNECTIONS;
            case LEAST_RESPONSE_TIME -> LoadBalancing.Policy.LEAST_RESPONSE_TIME;
            case RING_HASH -> LoadBalancing.Policy.RING_HASH;
            case MAGLEV -> LoadBalancing.Policy.MAGLEV;
            case RENDEZVOUS -> LoadBalancing.Policy.RENDEZVOUS;
            case POLICY_UNSPECIFIED, UNRECOGNIZED ->
                throw PoolConfigCodec.unknownValue(
                        "loadBalancing.policy",
                        message.getPolicyValue(),
                        "RoundRobin, Random, LeastRequest, LeastConnections, LeastResponseTime, RingHash, Maglev or Rendezvous");
        };
    }
}
