package io.backendpool.proxy.probe;

import io.backendpool.pool.HealthCheck.Header;
import io.backendpool.pool.HealthCheck.HttpProbe;
import io.backendpool.pool.HealthCheck.HttpProbe.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The request of an HTTP probe. Pure; any thread. */
final class HttpRequestText {
    static final String USER_AGENT = "backendpool-probe";

    private HttpRequestText() {}

    /** Why {@code probe} cannot be written as a request, or null where it can: nothing may end the line it stands in. */
    static @Nullable String refusal(HttpProbe probe) {
        if (breaksLine(probe.path())) {
            return "healthCheck.http.path: \"%s\" (expected: no spaces or control characters)"
                    .formatted(visible(probe.path()));
        }
        String host = probe.host();
        return host == null ? null : authorityRefusal("healthCheck.http.host", host);
    }

    /** The same for a name that stands for a host in {@code field}. */
    static @Nullable String authorityRefusal(String field, String host) {
        return host.isEmpty() || breaksLine(host)
                ? "%s: \"%s\" (expected: a host name, no spaces or control characters)".formatted(field, visible(host))
                : null;
    }

    /** One request of HTTP/1.1, which asks for one answer and the connection's end. */
    static byte[] of(HttpProbe probe, String address) {
        StringBuilder text = new StringBuilder(256)
                .append(probe.method())
                .append(' ')
                .append(probe.path())
                .append(" HTTP/1.1\r\nHost: ")
                .append(probe.host() == null ? address : probe.host())
                .append("\r\n");
        for (Header field : fields(probe)) {
            text.append(field.name()).append(": ").append(field.value()).append("\r\n");
        }
        if (probe.method() == Method.POST) {
            // RFC 9110, 8.6: it says that there is no body.
            text.append("content-length: 0\r\n");
        }
        return text.append("connection: close\r\n\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The fields of a request of any version: the probe's own, and ours where it has none. */
    static List<Header> fields(HttpProbe probe) {
        List<Header> fields = new ArrayList<>(probe.headers().size() + 2);
        for (Header ours : List.of(new Header("user-agent", USER_AGENT), new Header("accept", "*/*"))) {
            if (probe.headers().stream().noneMatch(own -> own.name().equals(ours.name()))) {
                fields.add(ours);
            }
        }
        fields.addAll(probe.headers());
        return fields;
    }

    private static boolean breaksLine(String text) {
        return text.chars().anyMatch(c -> c <= ' ' || c == 0x7f);
    }

    private static String visible(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
