package io.backendpool.control;

import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.Certificate;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.Listener;
import io.backendpool.pool.OutlierDetection;
import io.backendpool.pool.Session;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.pool.WeightOverride;
import java.util.ArrayList;
import java.util.List;

/** The border between the model and the wire for everything of a pool but its backends. */
final class PoolConfigCodec {
    private PoolConfigCodec() {}

    static io.backendpool.control.v1.PoolConfig encode(PoolConfig config) {
        io.backendpool.control.v1.PoolConfig.Builder message = io.backendpool.control.v1.PoolConfig.newBuilder();
        for (Listener listener : config.listeners()) {
            message.addListeners(ListenerCodec.encode(listener));
        }
        for (BackendGroup group : config.groups()) {
            message.addGroups(GroupCodec.encode(group));
        }
        message.setLoadBalancing(LoadBalancingCodec.encode(config.loadBalancing()));
        HealthCheck check = config.healthCheck();
        if (check != null) {
            message.setHealthCheck(HealthCheckCodec.encode(check));
        }
        message.setTraffic(TrafficPolicyCodec.encode(config.traffic()));
        for (Certificate certificate : config.certificates()) {
            message.addCertificatesBuilder()
                    .setName(certificate.name())
                    .setChain(certificate.chain())
                    .setKey(certificate.key());
        }
        Session session = config.session();
        if (session != null) {
            message.setSession(SessionCodec.encode(session));
        }
        OutlierDetection outliers = config.outlierDetection();
        if (outliers != null) {
            message.setOutlierDetection(WeightsCodec.encode(outliers));
        }
        if (!config.adaptiveWeight().equals(AdaptiveWeight.OFF)) {
            message.setAdaptiveWeight(WeightsCodec.encode(config.adaptiveWeight()));
        }
        for (WeightOverride override : config.overrides()) {
            message.addOverrides(WeightsCodec.encode(override));
        }
        for (SessionKeys.SessionKey key : config.sessionKeys().keys()) {
            message.addSessionKeysBuilder().setId(key.id()).setSecret(key.secret());
        }
        return message.build();
    }

    static PoolConfig decode(io.backendpool.control.v1.PoolConfig message) throws InvalidSnapshotException {
        try {
            List<Listener> listeners = new ArrayList<>();
            for (io.backendpool.control.v1.Listener listener : message.getListenersList()) {
                listeners.add(ListenerCodec.decode(listener));
            }
            List<BackendGroup> groups = new ArrayList<>();
            for (io.backendpool.control.v1.BackendGroup group : message.getGroupsList()) {
                groups.add(GroupCodec.decode(group));
            }
            List<Certificate> certificates = new ArrayList<>();
            for (io.backendpool.control.v1.Certificate certificate : message.getCertificatesList()) {
                certificates.add(new Certificate(certificate.getName(), certificate.getChain(), certificate.getKey()));
            }
            List<WeightOverride> overrides = new ArrayList<>();
            for (io.backendpool.control.v1.WeightOverride override : message.getOverridesList()) {
                overrides.add(WeightsCodec.decode(override));
            }
            List<SessionKeys.SessionKey> keys = new ArrayList<>();
            for (io.backendpool.control.v1.SessionKey key : message.getSessionKeysList()) {
                keys.add(new SessionKeys.SessionKey(key.getId(), key.getSecret()));
            }
            return new PoolConfig(
                    listeners,
                    groups,
                    LoadBalancingCodec.decode(message.getLoadBalancing()),
                    message.hasHealthCheck() ? HealthCheckCodec.decode(message.getHealthCheck()) : null,
                    message.hasTraffic() ? TrafficPolicyCodec.decode(message.getTraffic()) : TrafficPolicy.DEFAULT,
                    certificates,
                    message.hasSession() ? SessionCodec.decode(message.getSession()) : null,
                    message.hasOutlierDetection() ? WeightsCodec.decode(message.getOutlierDetection()) : null,
                    message.hasAdaptiveWeight() ? WeightsCodec.decode(message.getAdaptiveWeight()) : AdaptiveWeight.OFF,
                    overrides,
                    new SessionKeys(keys));
        } catch (IllegalArgumentException invalid) {
            throw SnapshotCodec.invalid(invalid);
        }
    }

    static InvalidSnapshotException unknownValue(String field, int value, String expected) {
        return new InvalidSnapshotException("%s: value %d (expected: %s): uses a value this version does not know"
                .formatted(field, value, expected));
    }
}
