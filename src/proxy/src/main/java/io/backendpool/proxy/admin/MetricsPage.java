package io.backendpool.proxy.admin;

import io.backendpool.proxy.traffic.Handshake;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.traffic.StatusCounts;
import io.backendpool.proxy.traffic.StreamKind;
import io.backendpool.proxy.traffic.StreamTotals;
import io.backendpool.proxy.traffic.TrafficTotals;
import io.backendpool.proxy.traffic.TrafficTotals.LatencyBucket;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/** The counters of a proxy for Prometheus. Every label has a bounded set of values. */
final class MetricsPage {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private MetricsPage() {}

    static String of(ProxyView view) {
        MetricsText text = new MetricsText();
        process(text, view);
        pool(text, view);
        requests(text, view.totals());
        connections(text, view.totals());
        streams(text, view.totals().streams());
        accessLog(text, view);
        BackendMetrics.write(text, view);
        AgentMetrics.write(text, view);
        JvmMetrics.write(text);
        return text.toString();
    }

    private static void process(MetricsText text, ProxyView view) {
        text.gauge("backendpool_proxy_info", "Who this is; always 1.")
                .sample(
                        1,
                        "pool",
                        view.identity().pool().toString(),
                        "proxy",
                        view.identity().proxy(),
                        "version",
                        view.identity().version(),
                        "transport",
                        view.identity().transport(),
                        "tls",
                        view.identity().tls());
        text.gauge("process_start_time_seconds", "When the process started, seconds since 1970.")
                .sample(ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
        text.gauge("backendpool_event_loops", "Threads that carry traffic.")
                .sample(view.identity().eventLoops());
        text.gauge("backendpool_ready", "1: takes traffic.").sample(flag(view.notReady() == null));
        text.gauge("backendpool_control_connected", "1: the control channel to the operator is open.")
                .sample(flag(view.control().connected()));
    }

    private static void pool(MetricsText text, ProxyView view) {
        boolean stale = view.live() != null && view.live().stale();
        long revision = view.live() == null ? 0 : view.live().pool().revision().number();
        text.gauge("backendpool_revision", "The revision of the pool that is live; 0: none.")
                .sample(revision);
        text.gauge("backendpool_stale", "1: serves the last known good pool, not confirmed by the operator.")
                .sample(flag(stale));
        text.counter("backendpool_probes_total", "Active health checks, by how they ended.")
                .sample(view.probes().succeeded(), "result", "success")
                .sample(view.probes().failed(), "result", "failure");
    }

    private static void accessLog(MetricsText text, ProxyView view) {
        text.counter("backendpool_access_log_lines_total", "Lines of the access log, by what became of them.")
                .sample(view.accessLog().written(), "result", "written")
                .sample(view.accessLog().dropped(), "result", "dropped");
    }

    private static void requests(MetricsText text, TrafficTotals totals) {
        text.counter("backendpool_requests_total", "Requests by the class of their final status; none: no answer.");
        byCode(text, totals.requests());
        text.counter("backendpool_proxy_errors_total", "Requests that the proxy itself answered with a 5xx.")
                .sample(totals.proxyErrors());
        text.counter("backendpool_request_outcomes_total", "Requests by how they ended.");
        for (Outcome outcome : Outcome.values()) {
            text.sample(
                    totals.outcomes().getOrDefault(outcome, 0L),
                    "outcome",
                    outcome.name().toLowerCase(Locale.ROOT));
        }
        text.histogram("backendpool_request_duration_seconds", "Request head read to response end written.");
        long count = 0;
        for (LatencyBucket bucket : totals.latency()) {
            count = bucket.count();
            text.sampleOf("_bucket", bucket.count(), "le", MetricsText.number(bucket.upperSeconds()));
        }
        text.sampleOf("_sum", totals.latencySumSeconds()).sampleOf("_count", count);
        text.counter("backendpool_retries_total", "Requests that were sent to a further backend.")
                .sample(totals.retries());
        text.counter("backendpool_request_bytes_total", "Bodies of requests, with their framing.")
                .sample(totals.bytesIn());
        text.counter("backendpool_response_bytes_total", "Bodies of responses, with their framing.")
                .sample(totals.bytesOut());
        text.counter(
                        "backendpool_upstream_requests_total",
                        "Requests sent to backends, by whether the connection served before.")
                .sample(totals.sentOnNew(), "connection", "new")
                .sample(totals.sentOnReused(), "connection", "reused");
        text.gauge("backendpool_queued_requests", "Requests that wait for a backend with room.")
                .sample(totals.queued());
        text.counter("backendpool_limit_hits_total", "How often a limit was hit.");
        for (Limit limit : Limit.values()) {
            text.sample(totals.limitHits().getOrDefault(limit, 0L), "limit", limit.label());
        }
    }

    private static void connections(MetricsText text, TrafficTotals totals) {
        text.gauge("backendpool_client_connections", "Connections of clients that are open.")
                .sample(totals.clientConnections());
        text.counter("backendpool_client_connections_accepted_total", "Connections of clients that were accepted.")
                .sample(totals.acceptedConnections());
        text.counter("backendpool_connect_failures_total", "Connections to backends that could not be made.")
                .sample(totals.connectFailures());
        text.counter("backendpool_tls_handshakes_total", "TLS handshakes of clients, by how they ended.");
        for (Handshake how : Handshake.values()) {
            text.sample(totals.handshakes().getOrDefault(how, 0L), "result", how.label());
        }
    }

    private static void streams(MetricsText text, StreamTotals totals) {
        text.gauge("backendpool_streams", "TCP and TLS connections and UDP sessions that are passed on as they are.");
        for (StreamKind kind : StreamKind.values()) {
            text.sample(totals.kind(kind).open(), "protocol", kind.label());
        }
        text.counter("backendpool_streams_ended_total", "The same, by how they ended.");
        for (StreamKind kind : StreamKind.values()) {
            for (Outcome outcome : Outcome.values()) {
                long ended = totals.kind(kind).ended().getOrDefault(outcome, 0L);
                text.sample(
                        ended,
                        "protocol",
                        kind.label(),
                        "outcome",
                        outcome.name().toLowerCase(Locale.ROOT));
            }
        }
        text.counter("backendpool_stream_bytes_total", "What was passed on; in: from clients, out: to them.");
        for (StreamKind kind : StreamKind.values()) {
            text.sample(totals.kind(kind).bytesIn(), "protocol", kind.label(), "direction", "in")
                    .sample(totals.kind(kind).bytesOut(), "protocol", kind.label(), "direction", "out");
        }
        text.counter("backendpool_datagrams_dropped_total", "Datagrams that were not passed on.")
                .sample(totals.datagramsDropped());
        text.counter("backendpool_proxy_headers_refused_total", "Connections closed for their PROXY protocol header.")
                .sample(totals.proxyHeadersRefused());
    }

    /** One sample for each class of statuses; {@code labels} come first. */
    static void byCode(MetricsText text, StatusCounts counts, String... labels) {
        String[] all = new String[labels.length + 2];
        System.arraycopy(labels, 0, all, 0, labels.length);
        all[labels.length] = "code";
        String[] codes = {"1xx", "2xx", "3xx", "4xx", "5xx", "none"};
        long[] values = {
            counts.switched(),
            counts.success(),
            counts.redirect(),
            counts.clientError(),
            counts.serverError(),
            counts.unanswered()
        };
        for (int i = 0; i < codes.length; i++) {
            all[labels.length + 1] = codes[i];
            text.sample(values[i], all);
        }
    }

    private static long flag(boolean set) {
        return set ? 1 : 0;
    }
}
