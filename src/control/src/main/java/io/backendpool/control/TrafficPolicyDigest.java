package io.backendpool.control;

import io.backendpool.pool.CircuitBreaker;
import io.backendpool.pool.ClientLimits;
import io.backendpool.pool.HttpSettings;
import io.backendpool.pool.Retries;
import io.backendpool.pool.StatusRange;
import io.backendpool.pool.Timeouts;
import io.backendpool.pool.TrafficPolicy;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The part of {@link SnapshotDigest} that is about how traffic is treated. */
final class TrafficPolicyDigest {
    private TrafficPolicyDigest() {}

    static void write(TrafficPolicy traffic, DataOutputStream out) throws IOException {
        timeouts(traffic.timeouts(), out);
        retries(traffic.retries(), out);
        CircuitBreaker breaker = traffic.circuitBreaker();
        out.writeInt(breaker.maxConnections());
        out.writeInt(breaker.maxPending());
        optional(out, breaker.maxRequests());
        optional(out, breaker.maxRetries());
        optional(out, breaker.maxRequestsPerConnection());
        ClientLimits limits = traffic.limits();
        out.writeInt(limits.connections());
        optional(out, limits.connectionsPerClient());
        out.writeInt(limits.headBytes());
        HttpSettings http = traffic.http();
        // Sets have no order of their own: one flag for each member.
        for (HttpSettings.Forwarding forwarding : HttpSettings.Forwarding.values()) {
            out.writeBoolean(http.forwarding().contains(forwarding));
        }
        out.writeInt(http.trustedHops());
        SnapshotDigest.optionalText(out, http.via());
        SnapshotDigest.text(out, http.requestId().name());
    }

    private static void timeouts(Timeouts timeouts, DataOutputStream out) throws IOException {
        SnapshotDigest.duration(out, timeouts.connect());
        SnapshotDigest.duration(out, timeouts.requestHead());
        SnapshotDigest.duration(out, timeouts.request());
        SnapshotDigest.duration(out, timeouts.idle());
        SnapshotDigest.duration(out, timeouts.stream());
        SnapshotDigest.duration(out, timeouts.queue());
    }

    private static void retries(Retries retries, DataOutputStream out) throws IOException {
        out.writeInt(retries.attempts());
        for (Retries.On on : Retries.On.values()) {
            out.writeBoolean(retries.on().contains(on));
        }
        out.writeInt(retries.statuses().size());
        for (StatusRange range : retries.statuses()) {
            out.writeInt(range.first());
            out.writeInt(range.last());
        }
        Duration perTry = retries.perTryTimeout();
        out.writeBoolean(perTry != null);
        if (perTry != null) {
            SnapshotDigest.duration(out, perTry);
        }
        out.writeInt(retries.budgetPercent());
    }

    private static void optional(DataOutputStream out, @Nullable Integer value) throws IOException {
        out.writeBoolean(value != null);
        if (value != null) {
            out.writeInt(value);
        }
    }
}
