package io.backendpool.control;

import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HashKey;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.OutlierDetection;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.Session;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.SlowStart;
import io.backendpool.pool.WeightOverride;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link SnapshotDigest} that is about balancing, sessions, health and overrides: sections that begin with their
 * names, and are there only where something is not as usual. So a pool that uses none of it has the digest that versions
 * without it give it, which keeps their last known good copies readable and their proxies in step.
 */
final class BalancingDigest {
    private static final LoadBalancing USUAL = new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN);

    private BalancingDigest() {}

    static void write(PoolSnapshot snapshot, DataOutputStream out) throws IOException {
        loadBalancing(snapshot.loadBalancing(), out);
        HealthCheck check = snapshot.healthCheck();
        if (check != null) {
            healthCheck(check, out);
        }
        Session session = snapshot.session();
        if (session != null) {
            SnapshotDigest.text(out, "session");
            session(session, out);
        }
        OutlierDetection outliers = snapshot.outlierDetection();
        if (outliers != null) {
            SnapshotDigest.text(out, "outlierDetection");
            outlierDetection(outliers, out);
        }
        if (!snapshot.adaptiveWeight().equals(AdaptiveWeight.OFF)) {
            SnapshotDigest.text(out, "adaptiveWeight");
            SnapshotDigest.text(out, snapshot.adaptiveWeight().mode().name());
            out.writeInt(snapshot.adaptiveWeight().floor());
            out.writeInt(snapshot.adaptiveWeight().ceiling());
            out.writeInt(snapshot.adaptiveWeight().step());
        }
        overrides(snapshot.overrides(), out);
        sessionKeys(snapshot.sessionKeys(), out);
        priorities(snapshot.groups(), out);
        zones(snapshot.backends(), out);
    }

    private static void loadBalancing(LoadBalancing balancing, DataOutputStream out) throws IOException {
        LoadBalancing plain = new LoadBalancing(
                balancing.policy(),
                USUAL.leastRequest(),
                USUAL.decay(),
                USUAL.ringSize(),
                null,
                balancing.hash(),
                USUAL.locality(),
                USUAL.subsetSize(),
                USUAL.panicThreshold(),
                null);
        if (balancing.hash().isEmpty() && balancing.equals(plain)) {
            return;
        }
        SnapshotDigest.text(out, "loadBalancing");
        out.writeInt(balancing.leastRequest().choices());
        out.writeBoolean(balancing.leastRequest().fullScan());
        SnapshotDigest.duration(out, balancing.decay());
        out.writeInt(balancing.ringSize().minimum());
        out.writeInt(balancing.ringSize().maximum());
        optional(out, balancing.boundedLoadPercent());
        out.writeInt(balancing.hash().size());
        for (HashKey key : balancing.hash()) {
            hashKey(key, out);
        }
        SnapshotDigest.text(out, balancing.locality().mode().name());
        out.writeInt(balancing.locality().minHealthyShare());
        out.writeInt(balancing.subsetSize());
        out.writeInt(balancing.panicThreshold());
        SlowStart slowStart = balancing.slowStart();
        out.writeBoolean(slowStart != null);
        if (slowStart != null) {
            SnapshotDigest.duration(out, slowStart.window());
            out.writeDouble(slowStart.aggression());
            out.writeInt(slowStart.minimumPercent());
        }
    }

    private static void hashKey(HashKey key, DataOutputStream out) throws IOException {
        switch (key) {
            case HashKey.Header(String name) -> {
                SnapshotDigest.text(out, "header");
                SnapshotDigest.text(out, name);
            }
            case HashKey.Cookie(String name) -> {
                SnapshotDigest.text(out, "cookie");
                SnapshotDigest.text(out, name);
            }
            case HashKey.QueryParameter(String name) -> {
                SnapshotDigest.text(out, "queryParameter");
                SnapshotDigest.text(out, name);
            }
            case HashKey.Path() -> SnapshotDigest.text(out, "path");
            case HashKey.ServerName() -> SnapshotDigest.text(out, "serverName");
            case HashKey.ClientIp(int v4, int v6) -> {
                SnapshotDigest.text(out, "clientIP");
                out.writeInt(v4);
                out.writeInt(v6);
            }
        }
    }

    private static void healthCheck(HealthCheck check, DataOutputStream out) throws IOException {
        boolean usual = check.unhealthyInterval().equals(check.interval())
                && check.jitterPercent() == HealthCheck.DEFAULT_JITTER_PERCENT
                && check.agent() == null;
        if (!usual) {
            SnapshotDigest.text(out, "healthCheck");
            SnapshotDigest.duration(out, check.unhealthyInterval());
            out.writeInt(check.jitterPercent());
            HealthCheck.Agent agent = check.agent();
            out.writeBoolean(agent != null);
            if (agent != null) {
                out.writeInt(agent.port());
                SnapshotDigest.duration(out, agent.interval());
                SnapshotDigest.duration(out, agent.timeout());
            }
        }
        switch (check.probe()) {
            case HealthCheck.HttpProbe http -> http(http, out);
            case HealthCheck.TcpProbe(String send, String expect) -> {
                if (send != null || expect != null) {
                    SnapshotDigest.text(out, "healthCheck.tcp");
                    SnapshotDigest.optionalText(out, send);
                    SnapshotDigest.optionalText(out, expect);
                }
            }
            case HealthCheck.GrpcProbe(String service, String authority) -> {
                SnapshotDigest.text(out, "healthCheck.grpc");
                SnapshotDigest.text(out, service);
                SnapshotDigest.optionalText(out, authority);
            }
            case HealthCheck.TlsProbe() -> {}
        }
    }

    private static void http(HealthCheck.HttpProbe http, DataOutputStream out) throws IOException {
        HealthCheck.BodyMatch body = http.body();
        if (http.method() == HealthCheck.HttpProbe.Method.GET && http.headers().isEmpty() && body == null) {
            return;
        }
        SnapshotDigest.text(out, "healthCheck.http");
        SnapshotDigest.text(out, http.method().name());
        out.writeInt(http.headers().size());
        for (HealthCheck.Header header : http.headers()) {
            SnapshotDigest.text(out, header.name());
            SnapshotDigest.text(out, header.value());
        }
        out.writeBoolean(body != null);
        if (body != null) {
            SnapshotDigest.text(out, body.kind().name());
            SnapshotDigest.text(out, body.text());
            out.writeInt(body.limit());
        }
    }

    private static void session(Session session, DataOutputStream out) throws IOException {
        SnapshotDigest.text(out, session.onUnavailable().name());
        switch (session.kind()) {
            case Session.Cookie cookie -> {
                SnapshotDigest.text(out, "cookie");
                SnapshotDigest.text(out, cookie.name());
                Duration ttl = cookie.ttl();
                out.writeLong(ttl == null ? 0 : ttl.toSeconds());
                SnapshotDigest.text(out, cookie.path());
                SnapshotDigest.optionalText(out, cookie.domain());
                SnapshotDigest.text(out, cookie.sameSite().name());
                SnapshotDigest.text(out, cookie.secure().name());
                SnapshotDigest.text(out, cookie.prefix().name());
            }
            case Session.LearntCookie(String name) -> {
                SnapshotDigest.text(out, "learntCookie");
                SnapshotDigest.text(out, name);
            }
            case Session.LearntHeader(String name) -> {
                SnapshotDigest.text(out, "learntHeader");
                SnapshotDigest.text(out, name);
            }
            case Session.SourceIp(int v4, int v6) -> {
                SnapshotDigest.text(out, "sourceIP");
                out.writeInt(v4);
                out.writeInt(v6);
            }
        }
    }

    private static void outlierDetection(OutlierDetection outliers, DataOutputStream out) throws IOException {
        out.writeInt(outliers.consecutive5xx());
        out.writeInt(outliers.consecutiveGatewayErrors());
        out.writeInt(outliers.consecutiveLocalOriginFailures());
        out.writeInt(outliers.consecutiveTimeouts());
        out.writeInt(outliers.consecutiveResets());
        SnapshotDigest.duration(out, outliers.interval());
        SnapshotDigest.duration(out, outliers.baseEjectionTime());
        SnapshotDigest.duration(out, outliers.maxEjectionTime());
        out.writeInt(outliers.jitterPercent());
        out.writeInt(outliers.maxEjectionPercent());
        out.writeInt(outliers.minimumHosts());
        out.writeInt(outliers.minimumRequests());
        OutlierDetection.SuccessRate successRate = outliers.successRate();
        out.writeDouble(successRate == null ? 0 : successRate.stdevFactor());
        OutlierDetection.FailurePercentage failures = outliers.failurePercentage();
        out.writeInt(failures == null ? 0 : failures.threshold());
        out.writeInt(outliers.returnAfterProbes());
    }

    private static void overrides(List<WeightOverride> overrides, DataOutputStream out) throws IOException {
        if (overrides.isEmpty()) {
            return;
        }
        SnapshotDigest.text(out, "overrides");
        out.writeInt(overrides.size());
        for (WeightOverride override : overrides) {
            SnapshotDigest.text(out, override.group());
            BackendKey backend = override.backend();
            out.writeBoolean(backend != null);
            if (backend != null) {
                SnapshotDigest.text(out, backend.host());
                out.writeInt(backend.port());
            }
            out.writeBoolean(override.drain());
            out.writeInt(override.weight());
            Instant until = override.until();
            out.writeBoolean(until != null);
            if (until != null) {
                out.writeLong(until.getEpochSecond());
                out.writeInt(until.getNano());
            }
            SnapshotDigest.text(out, override.reason());
        }
    }

    private static void sessionKeys(SessionKeys keys, DataOutputStream out) throws IOException {
        if (keys.keys().isEmpty()) {
            return;
        }
        SnapshotDigest.text(out, "sessionKeys");
        out.writeInt(keys.keys().size());
        for (SessionKeys.SessionKey key : keys.keys()) {
            SnapshotDigest.text(out, key.id());
            SnapshotDigest.text(out, key.secret());
        }
    }

    private static void priorities(List<BackendGroup> groups, DataOutputStream out) throws IOException {
        if (groups.stream().allMatch(group -> group.priority() == 0)) {
            return;
        }
        SnapshotDigest.text(out, "priorities");
        for (BackendGroup group : groups) {
            out.writeInt(group.priority());
        }
    }

    /** The number of groups and backends is in the part before. */
    private static void zones(List<Backend> backends, DataOutputStream out) throws IOException {
        if (backends.stream()
                .allMatch(
                        backend -> backend.zone() == null && backend.zoneHints().isEmpty())) {
            return;
        }
        SnapshotDigest.text(out, "zones");
        for (Backend backend : backends) {
            SnapshotDigest.optionalText(out, backend.zone());
            SnapshotDigest.texts(out, backend.zoneHints());
        }
    }

    private static void optional(DataOutputStream out, @Nullable Integer value) throws IOException {
        out.writeInt(value == null ? 0 : value);
    }
}
