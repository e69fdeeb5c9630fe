package io.backendpool.proxy.http;

import io.backendpool.proxy.upstream.LoopPolicy;
import io.backendpool.proxy.upstream.UpstreamLink;

/**
 * What a backend says in {@code Keep-Alive} of the connection that its response came on (RFC 2068, 19.7.1.1;
 * draft-thomson-hybi-http-timeout): {@code timeout}, the seconds for which it keeps the connection without a request, and
 * {@code max}, the requests that it still takes on it. What is no such parameter, or has no such value, is passed over.
 */
final class KeepAliveField {
    private static final byte[] TIMEOUT = {'t', 'i', 'm', 'e', 'o', 'u', 't'};
    private static final byte[] MAX = {'m', 'a', 'x'};

    /**
     * So much sooner than the backend the proxy closes, as undici does: a request that is sent at the last moment must be
     * there before the backend's timer ends, which began with the last byte that it sent.
     */
    private static final int MARGIN_MILLIS = 1_000;

    private static final int MAX_SECONDS = 1_000_000;

    private KeepAliveField() {}

    /**
     * For how many ticks the connection may be kept without a request after the response with {@code head}, by all fields of
     * that name.
     *
     * @return 0: it must not be kept; {@link UpstreamLink#UNSTATED}: the head does not say
     */
    static int idleTicks(Head head) {
        int ticks = UpstreamLink.UNSTATED;
        for (int i = 0; i < head.fields; i++) {
            if (head.kind[i] == FieldKind.KEEP_ALIVE) {
                ticks = Math.min(ticks, idleTicks(head.bytes, head.value[i], head.valueEnd[i]));
            }
        }
        return ticks;
    }

    private static int idleTicks(byte[] bytes, int from, int to) {
        int ticks = UpstreamLink.UNSTATED;
        int start = from;
        while (start < to) {
            int end = start;
            while (end < to && bytes[end] != ',') {
                end++;
            }
            ticks = Math.min(ticks, ofParameter(bytes, start, end));
            start = end + 1;
        }
        return ticks;
    }

    private static int ofParameter(byte[] bytes, int from, int to) {
        int start = from;
        int end = to;
        while (start < end && Syntax.isWhitespace(bytes[start])) {
            start++;
        }
        while (end > start && Syntax.isWhitespace(bytes[end - 1])) {
            end--;
        }
        int equals = start;
        while (equals < end && bytes[equals] != '=') {
            equals++;
        }
        int number = number(bytes, equals + 1, end);
        if (number >= 0 && Syntax.equalsIgnoreCase(bytes, start, equals, TIMEOUT)) {
            int millis = number * 1_000;
            return (millis - Math.min(MARGIN_MILLIS, millis / 2)) / LoopPolicy.TICK_MILLIS;
        }
        if (number == 0 && Syntax.equalsIgnoreCase(bytes, start, equals, MAX)) {
            return 0;
        }
        return UpstreamLink.UNSTATED;
    }

    /** The decimal number there; what is beyond {@link #MAX_SECONDS} is that; -1: there is none. */
    private static int number(byte[] bytes, int from, int to) {
        if (from >= to) {
            return -1;
        }
        int number = 0;
        for (int i = from; i < to; i++) {
            if (!Syntax.isDigit(bytes[i])) {
                return -1;
            }
            number = Math.min(number * 10 + bytes[i] - '0', MAX_SECONDS);
        }
        return number;
    }
}
