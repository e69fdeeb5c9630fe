package io.backendpool.control;

import io.backendpool.pool.CircuitBreaker;
import io.backendpool.pool.ClientLimits;
import io.backendpool.pool.HttpSettings;
import io.backendpool.pool.Retries;
import io.backendpool.pool.StatusRange;
import io.backendpool.pool.Timeouts;
import io.backendpool.pool.TrafficPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The border between the model and the wire for how traffic is treated. */
final class TrafficPolicyCodec {
    private TrafficPolicyCodec() {}

    static io.backendpool.control.v1.TrafficPolicy encode(TrafficPolicy traffic) {
        return io.backendpool.control.v1.TrafficPolicy.newBuilder()
                .setTimeouts(encode(traffic.timeouts()))
                .setRetries(encode(traffic.retries()))
                .setCircuitBreaker(encode(traffic.circuitBreaker()))
                .setLimits(encode(traffic.limits()))
                .setHttp(encode(traffic.http()))
                .build();
    }

    /**
     * Decodes {@code message}.
     *
     * @throws IllegalArgumentException a value is out of its range; the message names the field
     */
    static TrafficPolicy decode(io.backendpool.control.v1.TrafficPolicy message) {
        return new TrafficPolicy(
                decode(message.getTimeouts()),
                decode(message.getRetries()),
                decode(message.getCircuitBreaker()),
                decode(message.getLimits()),
                decode(message.getHttp()));
    }

    private static io.backendpool.control.v1.Timeouts encode(Timeouts timeouts) {
        return io.backendpool.control.v1.Timeouts.newBuilder()
                .setConnectNanos(timeouts.connect().toNanos())
                .setRequestHeadNanos(timeouts.requestHead().toNanos())
                .setRequestNanos(timeouts.request().toNanos())
                .setIdleNanos(timeouts.idle().toNanos())
                .setStreamNanos(timeouts.stream().toNanos())
                .setQueueNanos(timeouts.queue().toNanos())
                .build();
    }

    private static Timeouts decode(io.backendpool.control.v1.Timeouts message) {
        return new Timeouts(
                Duration.ofNanos(message.getConnectNanos()),
                Duration.ofNanos(message.getRequestHeadNanos()),
                Duration.ofNanos(message.getRequestNanos()),
                Duration.ofNanos(message.getIdleNanos()),
                Duration.ofNanos(message.getStreamNanos()),
                Duration.ofNanos(message.getQueueNanos()));
    }

    private static io.backendpool.control.v1.Retries encode(Retries retries) {
        io.backendpool.control.v1.Retries.Builder message = io.backendpool.control.v1.Retries.newBuilder()
                .setAttempts(retries.attempts())
                .setOnReset(retries.on().contains(Retries.On.RESET))
                .setOnTimeout(retries.on().contains(Retries.On.TIMEOUT))
                .setBudgetPercent(retries.budgetPercent());
        for (StatusRange range : retries.statuses()) {
            message.addStatusesBuilder().setFirst(range.first()).setLast(range.last());
        }
        Duration perTry = retries.perTryTimeout();
        if (perTry != null) {
            message.setPerTryTimeoutNanos(perTry.toNanos());
        }
        return message.build();
    }

    private static Retries decode(io.backendpool.control.v1.Retries message) {
        Set<Retries.On> on = EnumSet.noneOf(Retries.On.class);
        if (message.getOnReset()) {
            on.add(Retries.On.RESET);
        }
        if (message.getOnTimeout()) {
            on.add(Retries.On.TIMEOUT);
        }
        List<StatusRange> statuses = new ArrayList<>();
        for (io.backendpool.control.v1.StatusRange range : message.getStatusesList()) {
            statuses.add(new StatusRange(range.getFirst(), range.getLast()));
        }
        return new Retries(
                message.getAttempts(),
                on,
                statuses,
                message.hasPerTryTimeoutNanos() ? Duration.ofNanos(message.getPerTryTimeoutNanos()) : null,
                message.getBudgetPercent());
    }

    private static io.backendpool.control.v1.CircuitBreaker encode(CircuitBreaker breaker) {
        io.backendpool.control.v1.CircuitBreaker.Builder message = io.backendpool.control.v1.CircuitBreaker.newBuilder()
                .setMaxConnections(breaker.maxConnections())
                .setMaxPending(breaker.maxPending());
        Integer requests = breaker.maxRequests();
        if (requests != null) {
            message.setMaxRequests(requests);
        }
        Integer retries = breaker.maxRetries();
        if (retries != null) {
            message.setMaxRetries(retries);
        }
        Integer perConnection = breaker.maxRequestsPerConnection();
        if (perConnection != null) {
            message.setMaxRequestsPerConnection(perConnection);
        }
        return message.build();
    }

    private static CircuitBreaker decode(io.backendpool.control.v1.CircuitBreaker message) {
        return new CircuitBreaker(
                message.getMaxConnections(),
                message.getMaxPending(),
                message.hasMaxRequests() ? (Integer) message.getMaxRequests() : null,
                message.hasMaxRetries() ? (Integer) message.getMaxRetries() : null,
                message.hasMaxRequestsPerConnection() ? (Integer) message.getMaxRequestsPerConnection() : null);
    }

    private static io.backendpool.control.v1.ClientLimits encode(ClientLimits limits) {
        io.backendpool.control.v1.ClientLimits.Builder message = io.backendpool.control.v1.ClientLimits.newBuilder()
                .setConnections(limits.connections())
                .setHeadBytes(limits.headBytes());
        Integer perClient = limits.connectionsPerClient();
        if (perClient != null) {
            message.setConnectionsPerClient(perClient);
        }
        return message.build();
    }

    private static ClientLimits decode(io.backendpool.control.v1.ClientLimits message) {
        return new ClientLimits(
                message.getConnections(),
                message.hasConnectionsPerClient() ? (Integer) message.getConnectionsPerClient() : null,
                message.getHeadBytes());
    }

    private static io.backendpool.control.v1.HttpSettings encode(HttpSettings http) {
        io.backendpool.control.v1.HttpSettings.Builder message = io.backendpool.control.v1.HttpSettings.newBuilder()
                .setXForwarded(http.forwarding().contains(HttpSettings.Forwarding.X_FORWARDED))
                .setForwarded(http.forwarding().contains(HttpSettings.Forwarding.FORWARDED))
                .setTrustedHops(http.trustedHops())
                .setReplaceRequestId(http.requestId() == HttpSettings.RequestId.REPLACE);
        String via = http.via();
        if (via != null) {
            message.setVia(via);
        }
        return message.build();
    }

    private static HttpSettings decode(io.backendpool.control.v1.HttpSettings message) {
        Set<HttpSettings.Forwarding> forwarding = EnumSet.noneOf(HttpSettings.Forwarding.class);
        if (message.getXForwarded()) {
            forwarding.add(HttpSettings.Forwarding.X_FORWARDED);
        }
        if (message.getForwarded()) {
            forwarding.add(HttpSettings.Forwarding.FORWARDED);
        }
        return new HttpSettings(
                forwarding,
                message.getTrustedHops(),
                message.hasVia() ? message.getVia() : null,
                message.getReplaceRequestId() ? HttpSettings.RequestId.REPLACE : HttpSettings.RequestId.KEEP);
    }
}
