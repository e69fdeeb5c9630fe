package io.backendpool.proxy.warmup;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** HTTP/1.1. The answers are known, so their ends are recognised without parsing. */
final class Http1Dialogue implements Dialogue {
    /** The kinds of requests that most traffic is made of: each framing in both directions, bodies of one read and of many. */
    private static final Buffer[] REQUESTS = {
        request("GET /warm-up?a=b HTTP/1.1\r\n", "\r\n"),
        request("GET " + HttpBackends.CHUNKED + " HTTP/1.1\r\n", "\r\n"),
        request(
                "POST /warm-up HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 512\r\n",
                "\r\n" + "x".repeat(512)),
        request("POST /warm-up HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", "\r\n4\r\nwarm\r\n0\r\n\r\n"),
        request("GET /warm-up HTTP/1.1\r\n", "\r\n"),
        request("GET " + HttpBackends.LARGE + " HTTP/1.1\r\n", "\r\n"),
        request(
                "POST /warm-up HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 16384\r\n",
                "\r\n" + "x".repeat(16_384)),
        request("GET /warm-up HTTP/1.1\r\n", "\r\n"),
    };

    private static final byte[] BODY_END = HttpBackends.BODY.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CHUNKS_END = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OK = "HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII);

    private Buffer answer = Buffer.buffer();

    @Override
    public Buffer request(int number) {
        answer = Buffer.buffer();
        return REQUESTS[number % REQUESTS.length];
    }

    @Override
    public boolean hear(Buffer bytes) throws IOException {
        answer.appendBuffer(bytes);
        if (answer.length() >= OK.length && !matches(OK, 0)) {
            throw new IOException("answered: "
                    + answer.toString(StandardCharsets.ISO_8859_1)
                            .lines()
                            .findFirst()
                            .orElse(""));
        }
        return endsWith(BODY_END) || endsWith(CHUNKS_END);
    }

    private boolean endsWith(byte[] expected) {
        return answer.length() >= expected.length && matches(expected, answer.length() - expected.length);
    }

    private boolean matches(byte[] expected, int from) {
        for (int i = 0; i < expected.length; i++) {
            if (answer.getByte(from + i) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    private static Buffer request(String start, String end) {
        return Buffer.buffer(start
                + "Host: warm-up.internal\r\nUser-Agent: backendpool-warm-up\r\nAccept: */*\r\n"
                + "Accept-Encoding: gzip, deflate\r\nCookie: a=b; c=d\r\nX-Forwarded-For: 203.0.113.7\r\n"
                + end);
    }
}
