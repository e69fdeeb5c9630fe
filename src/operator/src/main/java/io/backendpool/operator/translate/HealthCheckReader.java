package io.backendpool.operator.translate;

import io.backendpool.api.v1alpha1.AgentCheck;
import io.backendpool.api.v1alpha1.HttpProbe;
import io.backendpool.pool.HealthCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads {@code spec.healthCheck}. What it leaves out is as in the CRD's defaults. */
final class HealthCheckReader {
    private static final String FIELD = "spec.healthCheck";
    private static final String DEFAULT_INTERVAL = "5s";
    private static final String DEFAULT_TIMEOUT = "1s";
    private static final int DEFAULT_HEALTHY_THRESHOLD = 2;
    private static final int DEFAULT_UNHEALTHY_THRESHOLD = 3;
    private static final String DEFAULT_PATH = "/";
    private static final List<String> DEFAULT_STATUSES = List.of("200-299");

    private HealthCheckReader() {}

    /**
     * Reads {@code bean}.
     *
     * @throws IllegalArgumentException where it is not valid after all; the message names the field
     */
    static @Nullable HealthCheck read(io.backendpool.api.v1alpha1.@Nullable HealthCheck bean) {
        if (bean == null) {
            return null;
        }
        Duration interval = duration(".interval", bean.interval, DEFAULT_INTERVAL);
        return new HealthCheck(
                probe(bean),
                bean.port,
                interval,
                bean.unhealthyInterval == null
                        ? interval
                        : Durations.parse(FIELD + ".unhealthyInterval", bean.unhealthyInterval),
                duration(".timeout", bean.timeout, DEFAULT_TIMEOUT),
                Objects.requireNonNullElse(bean.jitterPercent, HealthCheck.DEFAULT_JITTER_PERCENT),
                Objects.requireNonNullElse(bean.healthyThreshold, DEFAULT_HEALTHY_THRESHOLD),
                Objects.requireNonNullElse(bean.unhealthyThreshold, DEFAULT_UNHEALTHY_THRESHOLD),
                bean.agent == null ? null : agent(bean.agent));
    }

    private static Duration duration(String field, @Nullable String text, String usual) {
        return Durations.parse(FIELD + field, Objects.requireNonNullElse(text, usual));
    }

    private static HealthCheck.@Nullable Agent agent(AgentCheck bean) {
        return new HealthCheck.Agent(
                PoolSpecReader.required(FIELD + ".agent.port", bean.port),
                duration(".agent.interval", bean.interval, DEFAULT_INTERVAL),
                duration(".agent.timeout", bean.timeout, DEFAULT_TIMEOUT));
    }

    private static HealthCheck.Probe probe(io.backendpool.api.v1alpha1.HealthCheck bean) {
        if (bean.http != null) {
            return http(bean.http);
        }
        if (bean.grpc != null) {
            return new HealthCheck.GrpcProbe(Objects.requireNonNullElse(bean.grpc.service, ""), bean.grpc.authority);
        }
        if (bean.tls != null) {
            return new HealthCheck.TlsProbe();
        }
        return bean.tcp == null ? new HealthCheck.TcpProbe() : new HealthCheck.TcpProbe(bean.tcp.send, bean.tcp.expect);
    }

    private static HealthCheck.Probe http(HttpProbe bean) {
        HealthCheck.HttpProbe.Method method =
                switch (bean.method) {
                    case null -> HealthCheck.HttpProbe.Method.GET;
                    case GET -> HealthCheck.HttpProbe.Method.GET;
                    case HEAD -> HealthCheck.HttpProbe.Method.HEAD;
                    case OPTIONS -> HealthCheck.HttpProbe.Method.OPTIONS;
                    case POST -> HealthCheck.HttpProbe.Method.POST;
                };
        List<HealthCheck.Header> headers = new ArrayList<>();
        for (int i = 0; bean.headers != null && i < bean.headers.size(); i++) {
            String field = FIELD + ".http.headers[" + i + "]";
            headers.add(new HealthCheck.Header(
                    PoolSpecReader.required(field + ".name", bean.headers.get(i).name),
                    PoolSpecReader.required(field + ".value", bean.headers.get(i).value)));
        }
        return new HealthCheck.HttpProbe(
                method,
                Objects.requireNonNullElse(bean.path, DEFAULT_PATH),
                bean.host,
                headers,
                StatusRanges.read(
                        FIELD + ".http.expectedStatuses",
                        Objects.requireNonNullElse(bean.expectedStatuses, DEFAULT_STATUSES)),
                bean.body == null ? null : body(bean.body));
    }

    private static HealthCheck.BodyMatch body(HttpProbe.Body bean) {
        int limit = Objects.requireNonNullElse(bean.limit, HealthCheck.BodyMatch.DEFAULT_LIMIT);
        if (bean.contains != null) {
            return new HealthCheck.BodyMatch(HealthCheck.BodyMatch.Kind.CONTAINS, bean.contains, limit);
        }
        HealthCheck.BodyMatch match = new HealthCheck.BodyMatch(
                HealthCheck.BodyMatch.Kind.MATCHES,
                PoolSpecReader.required(FIELD + ".http.body.matches", bean.matches),
                limit);
        String refusal = Expressions.refusal(match);
        if (refusal != null) {
            throw new IllegalArgumentException(refusal);
        }
        return match;
    }
}
