package io.backendpool.control;

import io.backendpool.control.v1.AgentCheck;
import io.backendpool.control.v1.Empty;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.StatusRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The border between the model and the wire for health checks. What is as usual does not travel. */
final class HealthCheckCodec {
    private HealthCheckCodec() {}

    static io.backendpool.control.v1.HealthCheck encode(HealthCheck check) {
        io.backendpool.control.v1.HealthCheck.Builder message = io.backendpool.control.v1.HealthCheck.newBuilder()
                .setIntervalNanos(check.interval().toNanos())
                .setTimeoutNanos(check.timeout().toNanos())
                .setHealthyThreshold(check.healthyThreshold())
                .setUnhealthyThreshold(check.unhealthyThreshold());
        Integer port = check.port();
        if (port != null) {
            message.setPort(port);
        }
        if (!check.unhealthyInterval().equals(check.interval())) {
            message.setUnhealthyIntervalNanos(check.unhealthyInterval().toNanos());
        }
        if (check.jitterPercent() != HealthCheck.DEFAULT_JITTER_PERCENT) {
            message.setJitterPercent(check.jitterPercent());
        }
        HealthCheck.Agent agent = check.agent();
        if (agent != null) {
            message.getAgentBuilder()
                    .setPort(agent.port())
                    .setIntervalNanos(agent.interval().toNanos())
                    .setTimeoutNanos(agent.timeout().toNanos());
        }
        switch (check.probe()) {
            case HealthCheck.HttpProbe http -> message.setHttp(encode(http));
            case HealthCheck.TcpProbe tcp -> message.setTcp(encode(tcp));
            case HealthCheck.GrpcProbe grpc -> message.setGrpc(encode(grpc));
            case HealthCheck.TlsProbe() -> message.setTls(Empty.getDefaultInstance());
        }
        return message.build();
    }

    private static io.backendpool.control.v1.HttpProbe encode(HealthCheck.HttpProbe http) {
        io.backendpool.control.v1.HttpProbe.Builder message = io.backendpool.control.v1.HttpProbe.newBuilder()
                .setMethod(
                        switch (http.method()) {
                            case GET -> io.backendpool.control.v1.HttpProbe.Method.GET;
                            case HEAD -> io.backendpool.control.v1.HttpProbe.Method.HEAD;
                            case OPTIONS -> io.backendpool.control.v1.HttpProbe.Method.OPTIONS;
                            case POST -> io.backendpool.control.v1.HttpProbe.Method.POST;
                        })
                .setPath(http.path());
        String host = http.host();
        if (host != null) {
            message.setHost(host);
        }
        for (HealthCheck.Header header : http.headers()) {
            message.addHeadersBuilder().setName(header.name()).setValue(header.value());
        }
        for (StatusRange range : http.expectedStatuses()) {
            message.addExpectedStatusesBuilder().setFirst(range.first()).setLast(range.last());
        }
        HealthCheck.BodyMatch body = http.body();
        if (body != null) {
            message.getBodyBuilder().setLimit(body.limit());
            switch (body.kind()) {
                case CONTAINS -> message.getBodyBuilder().setContains(body.text());
                case MATCHES -> message.getBodyBuilder().setMatches(body.text());
            }
        }
        return message.build();
    }

    private static io.backendpool.control.v1.TcpProbe encode(HealthCheck.TcpProbe tcp) {
        io.backendpool.control.v1.TcpProbe.Builder message = io.backendpool.control.v1.TcpProbe.newBuilder();
        String send = tcp.send();
        if (send != null) {
            message.setSend(send);
        }
        String expect = tcp.expect();
        if (expect != null) {
            message.setExpect(expect);
        }
        return message.build();
    }

    private static io.backendpool.control.v1.GrpcProbe encode(HealthCheck.GrpcProbe grpc) {
        io.backendpool.control.v1.GrpcProbe.Builder message =
                io.backendpool.control.v1.GrpcProbe.newBuilder().setService(grpc.service());
        String authority = grpc.authority();
        if (authority != null) {
            message.setAuthority(authority);
        }
        return message.build();
    }

    /**
     * Decodes {@code message}.
     *
     * @throws IllegalArgumentException a value is out of its range; the message names the field
     */
    static HealthCheck decode(io.backendpool.control.v1.HealthCheck message) throws InvalidSnapshotException {
        Duration interval = Duration.ofNanos(message.getIntervalNanos());
        return new HealthCheck(
                probe(message),
                port(message.getPort()),
                interval,
                message.hasUnhealthyIntervalNanos() ? Duration.ofNanos(message.getUnhealthyIntervalNanos()) : interval,
                Duration.ofNanos(message.getTimeoutNanos()),
                message.hasJitterPercent() ? message.getJitterPercent() : HealthCheck.DEFAULT_JITTER_PERCENT,
                message.getHealthyThreshold(),
                message.getUnhealthyThreshold(),
                message.hasAgent() ? decode(message.getAgent()) : null);
    }

    private static @Nullable Integer port(int port) {
        return port == 0 ? null : port;
    }

    private static HealthCheck.@Nullable Agent decode(AgentCheck message) {
        return new HealthCheck.Agent(
                message.getPort(),
                Duration.ofNanos(message.getIntervalNanos()),
                Duration.ofNanos(message.getTimeoutNanos()));
    }

    private static HealthCheck.Probe probe(io.backendpool.control.v1.HealthCheck message)
            throws InvalidSnapshotException {
        return switch (message.getProbeCase()) {
            case HTTP -> decode(message.getHttp());
            case TCP -> decode(message.getTcp());
            case GRPC ->
                new HealthCheck.GrpcProbe(
                        message.getGrpc().getService(),
                        message.getGrpc().hasAuthority() ? message.getGrpc().getAuthority() : null);
            case TLS -> new HealthCheck.TlsProbe();
            case PROBE_NOT_SET ->
                throw new InvalidSnapshotException("healthCheck: no probe (expected: http, tcp, grpc or tls)");
        };
    }

    private static HealthCheck.TcpProbe decode(io.backendpool.control.v1.TcpProbe message) {
        return new HealthCheck.TcpProbe(
                message.hasSend() ? message.getSend() : null, message.hasExpect() ? message.getExpect() : null);
    }

    private static HealthCheck.HttpProbe decode(io.backendpool.control.v1.HttpProbe message)
            throws InvalidSnapshotException {
        HealthCheck.HttpProbe.Method method =
                switch (message.getMethod()) {
                    case GET -> HealthCheck.HttpProbe.Method.GET;
                    case HEAD -> HealthCheck.HttpProbe.Method.HEAD;
                    case OPTIONS -> HealthCheck.HttpProbe.Method.OPTIONS;
                    case POST -> HealthCheck.HttpProbe.Method.POST;
                    case UNRECOGNIZED ->
                        throw PoolConfigCodec.unknownValue(
                                "healthCheck.http.method", message.getMethodValue(), "GET, HEAD, OPTIONS or POST");
                };
        List<HealthCheck.Header> headers = new ArrayList<>();
        for (io.backendpool.control.v1.HeaderField header : message.getHeadersList()) {
            headers.add(new HealthCheck.Header(header.getName(), header.getValue()));
        }
        List<StatusRange> expected = new ArrayList<>();
        for (io.backendpool.control.v1.StatusRange range : message.getExpectedStatusesList()) {
            expected.add(new StatusRange(range.getFirst(), range.getLast()));
        }
        return new HealthCheck.HttpProbe(
                method,
                message.getPath(),
                message.hasHost() ? message.getHost() : null,
                headers,
                expected,
                message.hasBody() ? decode(message.getBody()) : null);
    }

    private static HealthCheck.BodyMatch decode(io.backendpool.control.v1.BodyMatch message)
            throws InvalidSnapshotException {
        return switch (message.getKindCase()) {
            case CONTAINS ->
                new HealthCheck.BodyMatch(
                        HealthCheck.BodyMatch.Kind.CONTAINS, message.getContains(), message.getLimit());
            case MATCHES ->
                new HealthCheck.BodyMatch(HealthCheck.BodyMatch.Kind.MATCHES, message.getMatches(), message.getLimit());
            case KIND_NOT_SET ->
                throw new InvalidSnapshotException("healthCheck.http.body: empty (expected: contains or matches)");
        };
    }
}
