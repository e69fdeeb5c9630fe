package io.backendpool.operator.cluster;

import io.backendpool.operator.pools.PoolView;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The operator's metrics. Sums over all pools, never one series for each: their number must not grow with the users'. Those
 * of a standby are 0.
 */
final class OperatorMetrics {
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private volatile @Nullable LeaderTerm term;

    OperatorMetrics(Clock clock) {
        gauge("backendpool.leader", "1: this operator leads", leads -> 1);
        gauge("backendpool.pools", "Pools that are published", leads -> leads.keeper()
                .views()
                .size());
        gauge(
                "backendpool.proxies.connected",
                "Proxies with an open control stream",
                leads -> leads.keeper().views().stream()
                        .mapToInt(view -> view.report().connected())
                        .sum());
        gauge(
                "backendpool.proxies.stale",
                "Connected proxies that do not run the newest revision of their pool",
                leads -> leads.keeper().views().stream()
                        .mapToInt(view ->
                                view.report().connected() - view.report().synced())
                        .sum());
        gauge(
                "backendpool.revision.lag.seconds",
                "How old the oldest change of a pool or its endpoints is that a connected proxy has not acknowledged",
                leads -> lag(leads.keeper().views(), clock.instant()));
        gauge(
                "backendpool.certificate.expiry.timestamp.seconds",
                "When the control server's certificate expires, seconds since 1970",
                leads -> leads.control().certificates().server().getEpochSecond());
        gauge(
                "backendpool.ca.expiry.timestamp.seconds",
                "When the CA that signs now expires, seconds since 1970",
                leads -> leads.control().certificates().ca().getEpochSecond());
    }

    PrometheusMeterRegistry meters() {
        return meters;
    }

    /** Counts one reconciliation of a pool's objects. */
    void reconciled(String outcome) {
        meters.counter("backendpool.reconciles", "outcome", outcome).increment();
    }

    /** Counts one owned object that somebody had changed and that was put back. */
    void putBack(String kind) {
        meters.counter("backendpool.objects.put.back", "kind", kind).increment();
    }

    /** What is led now; null: nothing. */
    void term(@Nullable LeaderTerm leading) {
        term = leading;
    }

    private void gauge(String name, String help, ToDoubleFunction<LeaderTerm> value) {
        Gauge.builder(name, this, metrics -> {
                    LeaderTerm leads = metrics.term;
                    return leads == null ? 0 : value.applyAsDouble(leads);
                })
                .description(help)
                .register(meters);
    }

    /** From the same source as {@code status.proxies.behindSince}, in seconds; 0: all is acknowledged. */
    static double lag(List<PoolView> views, Instant now) {
        Duration longest = Duration.ZERO;
        for (PoolView view : views) {
            Instant since = view.report().behindSince();
            if (since != null) {
                Duration lag = Duration.between(since, now);
                longest = lag.compareTo(longest) > 0 ? lag : longest;
            }
        }
        return longest.toMillis() / 1000.0;
    }
}
