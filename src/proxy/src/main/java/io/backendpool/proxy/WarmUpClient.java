package io.backendpool.proxy;

import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One client of the warm-up: sends a request, reads its answer, sends the next, over one connection. The answers are known,
 * so their ends are recognised without parsing. Confined to the event loop of its socket.
 */
final class WarmUpClient {
    static final String BODY = "the path is warm now\n";

    /** The kinds of requests that most traffic is made of: each framing in both directions. */
    private static final Buffer[] REQUESTS = {
        request("GET /warm-up?a=b HTTP/1.1\r\n", "\r\n"),
        request("GET /warm-up/chunked HTTP/1.1\r\n", "\r\n"),
        request(
                "POST /warm-up HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 512\r\n",
                "\r\n" + "x".repeat(512)),
        request("POST /warm-up HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", "\r\n4\r\nwarm\r\n0\r\n\r\n"),
    };

    private static final byte[] BODY_END = BODY.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CHUNKS_END = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OK = "HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII);

    private final NetSocket socket;
    private final Supplier<@Nullable Integer> next;
    private final Runnable answered;
    private final Promise<Void> done;
    private Buffer answer = Buffer.buffer();

    /**
     * Made, not yet sending.
     *
     * @param next the number of the next request to send; null: enough
     * @param answered run after each answer
     * @param done completed after the last
     */
    WarmUpClient(NetSocket socket, Supplier<@Nullable Integer> next, Runnable answered, Promise<Void> done) {
        this.socket = socket;
        this.next = next;
        this.answered = answered;
        this.done = done;
    }

    void start() {
        socket.exceptionHandler(done::tryFail);
        socket.closeHandler(closed -> done.tryFail(new IOException("the connection was closed")));
        socket.handler(this::read);
        send();
    }

    private void send() {
        Integer number = next.get();
        if (number == null) {
            done.tryComplete();
            return;
        }
        answer = Buffer.buffer();
        socket.write(REQUESTS[number % REQUESTS.length]);
    }

    private void read(Buffer bytes) {
        answer.appendBuffer(bytes);
        if (answer.length() >= OK.length && !matches(OK, 0)) {
            done.tryFail(new IOException("answered: "
                    + answer.toString(StandardCharsets.ISO_8859_1)
                            .lines()
                            .findFirst()
                            .orElse("")));
            return;
        }
        if (endsWith(BODY_END) || endsWith(CHUNKS_END)) {
            answered.run();
            send();
        }
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
