package io.backendpool.proxy.probe;

import io.backendpool.pool.HealthCheck.HttpProbe;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The two sides of one HTTP probe: the request to write, and the answer as it comes in. Only the status counts; the
 * fields and the body are not looked at. Confined to one thread.
 */
final class HttpProbeExchange {
    /** More than this before the end of the head is no answer to a health check. */
    private static final int MAX_HEAD_BYTES = 16 * 1024;

    private static final byte[] START = "HTTP/1.".getBytes(StandardCharsets.US_ASCII);
    private static final int STATUS_LINE_BYTES = "HTTP/1.1 200".length();
    private static final ProbeResult.Failed NO_HTTP = new ProbeResult.Failed("not an HTTP answer");

    private final HttpProbe probe;
    private byte[] head = new byte[256];
    private int length;

    HttpProbeExchange(HttpProbe probe) {
        this.probe = probe;
    }

    /**
     * The request, which asks for one answer and the connection's end.
     *
     * @param address {@code host:port} of the backend, the Host field where the health check names none
     */
    byte[] request(String address) {
        String host = probe.host() == null ? address : probe.host();
        return ("GET " + probe.path() + " HTTP/1.1\r\nHost: " + host
                        + "\r\nUser-Agent: backendpool-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Why {@code probe} cannot be written as a request, or null where it can: nothing may end the line it stands in. */
    static @Nullable String refusal(HttpProbe probe) {
        if (breaksLine(probe.path())) {
            return "healthCheck.http.path: \"%s\" (expected: no spaces or control characters)"
                    .formatted(visible(probe.path()));
        }
        String host = probe.host();
        if (host != null && (host.isEmpty() || breaksLine(host))) {
            return "healthCheck.http.host: \"%s\" (expected: a host name, no spaces or control characters)"
                    .formatted(visible(host));
        }
        return null;
    }

    private static boolean breaksLine(String text) {
        return text.chars().anyMatch(c -> c <= ' ' || c == 0x7f);
    }

    private static String visible(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    /** Takes the next bytes of the answer. Null: more is needed. */
    @Nullable
    ProbeResult read(byte[] bytes) {
        append(bytes);
        if (!isPrefixOfHttp()) {
            return NO_HTTP;
        }
        int end = headEnd();
        while (end >= 0) {
            int status = status();
            if (status < 0) {
                return NO_HTTP;
            }
            // RFC 9110, 15.2: interim answers precede the one that counts; 101 is final.
            if (status >= 200 || status == 101) {
                return probe.expects(status) ? new ProbeResult.Succeeded() : new ProbeResult.Failed("HTTP " + status);
            }
            System.arraycopy(head, end, head, 0, length - end);
            length -= end;
            end = headEnd();
        }
        return length > MAX_HEAD_BYTES ? NO_HTTP : null;
    }

    private void append(byte[] bytes) {
        if (length + bytes.length > head.length) {
            head = Arrays.copyOf(head, Math.max(head.length * 2, length + bytes.length));
        }
        System.arraycopy(bytes, 0, head, length, bytes.length);
        length += bytes.length;
    }

    private boolean isPrefixOfHttp() {
        int compared = Math.min(length, START.length);
        return Arrays.equals(head, 0, compared, START, 0, compared);
    }

    /** The index after the empty line that ends the head; -1: not here yet. Bare LF is tolerated (RFC 9112, 2.2). */
    private int headEnd() {
        int lineStart = 0;
        for (int i = 0; i < length; i++) {
            if (head[i] != '\n') {
                continue;
            }
            boolean empty = i == lineStart || (i == lineStart + 1 && head[lineStart] == '\r');
            if (empty && lineStart > 0) {
                return i + 1;
            }
            lineStart = i + 1;
        }
        return -1;
    }

    /** The status code of the complete head at the start of the buffer; -1: the status line is none. */
    private int status() {
        if (length < STATUS_LINE_BYTES + 1 || !isPrefixOfHttp() || head[8] != ' ' || isDigit(head[12])) {
            return -1;
        }
        for (int i = 9; i < 12; i++) {
            if (!isDigit(head[i])) {
                return -1;
            }
        }
        int status = (head[9] - '0') * 100 + (head[10] - '0') * 10 + (head[11] - '0');
        return status >= 100 && status <= 599 ? status : -1;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
