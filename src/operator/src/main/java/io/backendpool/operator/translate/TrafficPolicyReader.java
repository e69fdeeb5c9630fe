package io.backendpool.operator.translate;

import io.backendpool.api.v1alpha1.BackendPoolSpec;
import io.backendpool.pool.CircuitBreaker;
import io.backendpool.pool.ClientLimits;
import io.backendpool.pool.HttpSettings;
import io.backendpool.pool.Retries;
import io.backendpool.pool.Timeouts;
import io.backendpool.pool.TrafficPolicy;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what a manifest says of how traffic is treated. What it leaves out is as in {@link TrafficPolicy#DEFAULT}. */
final class TrafficPolicyReader {
    private TrafficPolicyReader() {}

    /**
     * Reads {@code spec}.
     *
     * @throws IllegalArgumentException where it is not valid after all; the message names the field
     */
    static TrafficPolicy read(BackendPoolSpec spec) {
        return new TrafficPolicy(
                timeouts(spec.timeouts),
                retries(spec.retries),
                circuitBreaker(spec.circuitBreaker),
                limits(spec.limits),
                http(spec.http));
    }

    private static Timeouts timeouts(io.backendpool.api.v1alpha1.@Nullable Timeouts bean) {
        Timeouts usual = Timeouts.DEFAULT;
        return bean == null
                ? usual
                : new Timeouts(
                        duration("timeouts.connect", bean.connect, usual.connect()),
                        duration("timeouts.requestHead", bean.requestHead, usual.requestHead()),
                        duration("timeouts.request", bean.request, usual.request()),
                        duration("timeouts.idle", bean.idle, usual.idle()),
                        duration("timeouts.stream", bean.stream, usual.stream()),
                        duration("timeouts.queue", bean.queue, usual.queue()));
    }

    private static Duration duration(String field, @Nullable String text, Duration usual) {
        return text == null ? usual : Durations.parse("spec." + field, text);
    }

    private static Retries retries(io.backendpool.api.v1alpha1.@Nullable Retries bean) {
        Retries usual = Retries.DEFAULT;
        if (bean == null) {
            return usual;
        }
        return new Retries(
                Objects.requireNonNullElse(bean.attempts, usual.attempts()),
                bean.retryOn == null ? usual.on() : on(bean.retryOn),
                bean.statuses == null ? List.of() : StatusRanges.read("spec.retries.statuses", bean.statuses),
                bean.perTryTimeout == null ? null : Durations.parse("spec.retries.perTryTimeout", bean.perTryTimeout),
                Objects.requireNonNullElse(bean.budgetPercent, usual.budgetPercent()));
    }

    private static Set<Retries.On> on(List<io.backendpool.api.v1alpha1.Retries.RetryOn> beans) {
        Set<Retries.On> on = EnumSet.noneOf(Retries.On.class);
        for (io.backendpool.api.v1alpha1.Retries.RetryOn bean : beans) {
            on.add(
                    switch (bean) {
                        case Reset -> Retries.On.RESET;
                        case Timeout -> Retries.On.TIMEOUT;
                    });
        }
        return on;
    }

    private static CircuitBreaker circuitBreaker(io.backendpool.api.v1alpha1.@Nullable CircuitBreaker bean) {
        CircuitBreaker usual = CircuitBreaker.DEFAULT;
        return bean == null
                ? usual
                : new CircuitBreaker(
                        Objects.requireNonNullElse(bean.maxConnections, usual.maxConnections()),
                        Objects.requireNonNullElse(bean.maxPending, usual.maxPending()),
                        bean.maxRequests,
                        bean.maxRetries,
                        bean.maxRequestsPerConnection);
    }

    private static ClientLimits limits(io.backendpool.api.v1alpha1.@Nullable Limits bean) {
        ClientLimits usual = ClientLimits.DEFAULT;
        return bean == null
                ? usual
                : new ClientLimits(
                        Objects.requireNonNullElse(bean.connections, usual.connections()),
                        bean.connectionsPerClient,
                        Objects.requireNonNullElse(bean.headBytes, usual.headBytes()));
    }

    private static HttpSettings http(io.backendpool.api.v1alpha1.@Nullable Http bean) {
        HttpSettings usual = HttpSettings.DEFAULT;
        if (bean == null) {
            return usual;
        }
        HttpSettings.RequestId requestId =
                switch (bean.requestId) {
                    case null -> usual.requestId();
                    case Keep -> HttpSettings.RequestId.KEEP;
                    case Replace -> HttpSettings.RequestId.REPLACE;
                };
        return new HttpSettings(
                bean.forwarding == null ? usual.forwarding() : forwarding(bean.forwarding),
                Objects.requireNonNullElse(bean.trustedHops, usual.trustedHops()),
                bean.via,
                requestId);
    }

    private static Set<HttpSettings.Forwarding> forwarding(List<io.backendpool.api.v1alpha1.Http.Forwarding> beans) {
        Set<HttpSettings.Forwarding> forwarding = EnumSet.noneOf(HttpSettings.Forwarding.class);
        for (io.backendpool.api.v1alpha1.Http.Forwarding bean : beans) {
            forwarding.add(
                    switch (bean) {
                        case XForwarded -> HttpSettings.Forwarding.X_FORWARDED;
                        case Forwarded -> HttpSettings.Forwarding.FORWARDED;
                    });
        }
        return forwarding;
    }
}
