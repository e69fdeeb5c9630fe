package io.backendpool.pool;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a proxy probes the backends of its pool.
 *
 * @param probe what is asked
 * @param port the port to probe, 1 to 65,535; null: the backend's own
 * @param interval from the start of one probe to the start of the next, at least 10 ms
 * @param unhealthyInterval the same for a backend that is unhealthy, at least 10 ms
 * @param timeout a probe that takes longer has failed; shorter than both intervals
 * @param jitterPercent of the interval, how much is added to it at random at most, 0 to 50
 * @param healthyThreshold successes in a row that make an unhealthy backend healthy, 1 to 100
 * @param unhealthyThreshold failures in a row that make a healthy backend unhealthy, 1 to 100
 * @param agent what is asked of an agent beside each backend; null: there is none
 */
public record HealthCheck(
        Probe probe,
        @Nullable Integer port,
        Duration interval,
        Duration unhealthyInterval,
        Duration timeout,
        int jitterPercent,
        int healthyThreshold,
        int unhealthyThreshold,
        @Nullable Agent agent) {
    public static final int DEFAULT_JITTER_PERCENT = 10;

    private static final Duration MIN_INTERVAL = Duration.ofMillis(10);

    /** What is asked of a backend. */
    public sealed interface Probe permits HttpProbe, TcpProbe, GrpcProbe, TlsProbe {}

    /**
     * A request, in the protocol that the backend's group speaks.
     *
     * @param method how it is asked
     * @param path starts with '/'
     * @param host the Host field or the authority; null: the backend's address
     * @param headers further fields, at most {@link #MAX_HEADERS}
     * @param expectedStatuses an answer in one of these ranges is a success; not empty
     * @param body what the answer's body must be, too; null: anything
     */
    public record HttpProbe(
            Method method,
            String path,
            @Nullable String host,
            List<Header> headers,
            List<StatusRange> expectedStatuses,
            @Nullable BodyMatch body)
            implements Probe {
        public static final int MAX_HEADERS = 16;

        /** How it is asked (RFC 9110, 9.3). */
        public enum Method {
            GET,
            HEAD,
            OPTIONS,
            POST
        }

        public HttpProbe {
            headers = List.copyOf(headers);
            expectedStatuses = List.copyOf(expectedStatuses);
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException("healthCheck.http.path: " + path + " (expected: starts with '/')");
            }
            Require.inRange("healthCheck.http.headers", headers.size(), 0, MAX_HEADERS);
            Require.unique("healthCheck.http.headers[].name", headers, Header::name);
            if (expectedStatuses.isEmpty()) {
                throw new IllegalArgumentException("healthCheck.http.expectedStatuses: [] (expected: one or more)");
            }
            if (body != null && method == Method.HEAD) {
                throw new IllegalArgumentException(
                        "healthCheck.http.body: present (expected: absent, for the method is HEAD)");
            }
        }

        /** {@code GET path}, whatever the body. */
        public HttpProbe(String path, @Nullable String host, List<StatusRange> expectedStatuses) {
            this(Method.GET, path, host, List.of(), expectedStatuses, null);
        }

        public boolean expects(int status) {
            for (StatusRange range : expectedStatuses) {
                if (range.contains(status)) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * A field of a probe.
     *
     * @param name a token (RFC 9110, 5.6.2), lower case; none that frames the message or is the host
     * @param value visible characters, spaces and tabs
     */
    public record Header(String name, String value) {
        private static final List<String> NOT_FREE = List.of(
                "host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer", "keep-alive");

        public Header {
            name = name.toLowerCase(Locale.ROOT);
            Require.token("healthCheck.http.headers[].name", name);
            if (NOT_FREE.contains(name)) {
                throw new IllegalArgumentException(
                        "healthCheck.http.headers[].name: " + name + " (expected: none of " + NOT_FREE + ")");
            }
            if (!value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f))) {
                throw new IllegalArgumentException(
                        "healthCheck.http.headers[" + name + "].value: (hidden) (expected: no control characters)");
            }
        }
    }

    /**
     * What a body must be.
     *
     * @param kind how {@code text} is meant
     * @param text a part of the body, or a regular expression that a part of it must match; 1 to 1,024 characters
     * @param limit so many bytes of the body are read at most, 1 to 1,048,576
     */
    public record BodyMatch(Kind kind, String text, int limit) {
        public static final int DEFAULT_LIMIT = 65_536;
        public static final int MAX_LIMIT = 1 << 20;
        public static final int MAX_TEXT = 1_024;

        /**
         * Bytes of the body times instructions of the expression: the worst of these takes about half a second, and a probe
         * shares its thread with all others.
         */
        public static final long MAX_WORK = 8L << 20;

        /** What no engine that works in linear time can do: look-around, back references, atomic groups. */
        private static final Pattern NOT_REGULAR = Pattern.compile("\\(\\?<?[=!]|\\(\\?>|\\\\[1-9k]|[*+?}]\\+");

        /** How {@link #text} is meant. */
        public enum Kind {
            CONTAINS,
            MATCHES
        }

        public BodyMatch {
            String field = kind == Kind.CONTAINS ? "healthCheck.http.body.contains" : "healthCheck.http.body.matches";
            Require.inRange(field + " length", text.length(), 1, MAX_TEXT);
            Require.inRange("healthCheck.http.body.limit", limit, 1, MAX_LIMIT);
        }

        /**
         * Why no proxy can have this, in one sentence; null: they can. Operator and proxy ask the same.
         *
         * @param re2 compiles by RE2, which this module does not know: the number of the program's instructions, or an {@link
         *     IllegalArgumentException} with RE2's own reason
         */
        public @Nullable String refusal(ToIntFunction<String> re2) {
            if (kind == Kind.CONTAINS) {
                return null;
            }
            String found = "healthCheck.http.body.matches: " + text;
            // Written out, (a{1000}){1000} is a million instructions: it must not come as far as the compiler.
            long size = RegexSize.bound(text);
            if (size <= MAX_WORK / limit) {
                try {
                    size = re2.applyAsInt(text);
                } catch (IllegalArgumentException invalid) {
                    boolean known =
                            NOT_REGULAR.matcher(text.replace("\\\\", "")).find();
                    return "%s (expected: a regular expression of RE2%s; %s)"
                            .formatted(
                                    found,
                                    known
                                            ? ", which has no look-around, back reference, atomic group or possessive quantifier"
                                            : "",
                                    invalid.getMessage());
                }
            }
            return size <= MAX_WORK / limit
                    ? null
                    : "%s (expected: an expression of at most %d steps for a limit of %d bytes, this one has %d)"
                            .formatted(found, MAX_WORK / limit, limit, size);
        }
    }

    /**
     * A TCP connection that is accepted, and, where {@code expect} is there, answers with it.
     *
     * @param send what is written first, as {@link EscapedText}, at most 4,096 bytes; null: nothing
     * @param expect what the first bytes of the answer must be, as {@link EscapedText}, at most 4,096 bytes; null: no answer is
     *     waited for
     */
    public record TcpProbe(@Nullable String send, @Nullable String expect) implements Probe {
        private static final int MAX_BYTES = 4_096;

        public TcpProbe {
            requireBytes("healthCheck.tcp.send", send);
            requireBytes("healthCheck.tcp.expect", expect);
        }

        /** A connection that is accepted will do. */
        public TcpProbe() {
            this(null, null);
        }

        /** What is written; empty: nothing. */
        public byte[] sendBytes() {
            return send == null ? new byte[0] : EscapedText.bytes("healthCheck.tcp.send", send);
        }

        /** What is expected; empty: nothing. */
        public byte[] expectBytes() {
            return expect == null ? new byte[0] : EscapedText.bytes("healthCheck.tcp.expect", expect);
        }

        private static void requireBytes(String field, @Nullable String text) {
            if (text != null) {
                Require.inRange(field + " bytes", EscapedText.bytes(field, text).length, 1, MAX_BYTES);
            }
        }
    }

    /**
     * {@code grpc.health.v1.Health/Check}, answered with SERVING. In plain text where the group's protocol has no TLS; where no
     * listener speaks HTTP, groups have no protocol, and it is plain text.
     *
     * @param service whose health is asked for; empty: the server's
     * @param authority null: the backend's address
     */
    public record GrpcProbe(String service, @Nullable String authority) implements Probe {
        public GrpcProbe {
            Require.inRange(
                    "healthCheck.grpc.service bytes", service.getBytes(StandardCharsets.UTF_8).length, 0, 1_024);
        }
    }

    /** A TLS handshake, verified where the backend's group says how. */
    public record TlsProbe() implements Probe {}

    /**
     * A program beside each backend that says what it should get, in HAProxy's words: one line over TCP, of {@code 75%},
     * {@code drain}, {@code ready}, {@code up}, {@code down} and {@code maint}.
     *
     * @param port 1 to 65,535
     * @param interval at least 10 ms
     * @param timeout shorter than {@code interval}
     */
    public record Agent(int port, Duration interval, Duration timeout) {
        public Agent {
            Require.inRange("healthCheck.agent.port", port, 1, 65_535);
            requireInterval("healthCheck.agent.interval", interval);
            requireTimeout("healthCheck.agent.timeout", timeout, interval);
        }
    }

    public HealthCheck {
        if (port != null) {
            Require.inRange("healthCheck.port", port, 1, 65_535);
        }
        requireInterval("healthCheck.interval", interval);
        requireInterval("healthCheck.unhealthyInterval", unhealthyInterval);
        requireTimeout("healthCheck.timeout", timeout, interval);
        requireTimeout("healthCheck.timeout", timeout, unhealthyInterval);
        Require.inRange("healthCheck.jitterPercent", jitterPercent, 0, 50);
        Require.inRange("healthCheck.healthyThreshold", healthyThreshold, 1, 100);
        Require.inRange("healthCheck.unhealthyThreshold", unhealthyThreshold, 1, 100);
    }

    /** One with the usual jitter, the same interval for all and no agent. */
    public HealthCheck(
            Probe probe,
            @Nullable Integer port,
            Duration interval,
            Duration timeout,
            int healthyThreshold,
            int unhealthyThreshold) {
        this(
                probe,
                port,
                interval,
                interval,
                timeout,
                DEFAULT_JITTER_PERCENT,
                healthyThreshold,
                unhealthyThreshold,
                null);
    }

    private static void requireInterval(String field, Duration interval) {
        if (interval.compareTo(MIN_INTERVAL) < 0) {
            throw new IllegalArgumentException(field + ": " + interval + " (expected: at least 10ms)");
        }
    }

    private static void requireTimeout(String field, Duration timeout, Duration interval) {
        if (timeout.compareTo(interval) >= 0 || timeout.compareTo(Duration.ZERO) <= 0) {
            throw new IllegalArgumentException(
                    field + ": " + timeout + " (expected: above 0 and below the interval, " + interval + ")");
        }
    }
}
