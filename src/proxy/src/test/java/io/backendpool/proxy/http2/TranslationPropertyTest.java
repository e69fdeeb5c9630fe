package io.backendpool.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.BackendGroup;
import io.backendpool.proxy.http.Backend;
import io.backendpool.proxy.http.Proxy;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Whatever a message is, what arrives on the other side has the same method, path, fields, body and trailers: from HTTP/2 to
 * HTTP/1.1 and from there to HTTP/2 (a proxy before a proxy), and back.
 */
class TranslationPropertyTest {
    private static final int MESSAGES = 150;
    private static final String NAME = "abcdefghijklmnopqrstuvwxyz0123456789-_!#$%&'*+.^`|~";
    private static final String PATH = "abcXYZ019-._~!$&'()*+,;=:@/?%20\"<>[]^`{|}\\";

    private record Message(
            String method, String path, Map<String, String> fields, String body, Map<String, String> trailers) {}

    @Test
    void message_isTheSameOnTheOtherSide() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Backend backend = Backend.of(connection -> {
                    String request;
                    while ((request = connection.readRequest()) != null) {
                        connection.send(echo(request));
                    }
                });
                Proxy toHttp1 = Proxy.to(backend);
                Proxy toHttp2 = Proxy.to(BackendGroup.Protocol.H2C, toHttp1.port());
                Http2Client one = Http2Client.to(toHttp1.port());
                Http2Client two = Http2Client.to(toHttp2.port())) {
            for (int i = 0; i < MESSAGES; i++) {
                Message message = random(random);
                Http2Client client = random.nextBoolean() ? one : two;
                int stream = i * 2 + 1;
                send(client, stream, message);
                Http2Client.Response response = client.await(stream);
                String about = "seed " + seed + ", message " + i + ": " + message;

                assertThat(response.status()).as(about).isEqualTo("200");
                String request = backend.requests.getLast();
                assertThat(request).as(about).startsWith(message.method() + " " + message.path() + " HTTP/1.1\r\n");
                Map<String, String> arrived = lines(request.substring(0, request.indexOf("\r\n\r\n")));
                message.fields()
                        .forEach((name, value) ->
                                assertThat(arrived.get(name)).as(about).isEqualTo(value));
                assertThat(response.text()).as(about).isEqualTo(message.body());
                message.fields().forEach((name, value) -> assertThat(response.field("echo-" + name))
                        .as(about)
                        .isEqualTo(value));
                message.trailers()
                        .forEach((name, value) ->
                                assertThat(response.trailer(name)).as(about).isEqualTo(value));
            }
        }
        // Leaks are found when a lost buffer was collected and the next one is allocated.
        for (int i = 0; i < 5; i++) {
            System.gc();
            PooledByteBufAllocator.DEFAULT.directBuffer().release();
        }
        assertThat(Proxy.LEAKS).isEmpty();
    }

    /** Answers with the fields, the body and the trailers of the request. */
    private static String echo(String request) {
        int end = request.indexOf("\r\n\r\n");
        StringBuilder response = new StringBuilder("HTTP/1.1 200 OK\r\n");
        lines(request.substring(0, end)).forEach((name, value) -> {
            if (name.startsWith("x-t-")) {
                response.append("Echo-").append(name).append(": ").append(value).append("\r\n");
            }
        });
        String body = request.substring(end + 4);
        boolean chunked = request.toLowerCase(Locale.ROOT).contains("\r\ntransfer-encoding: chunked\r\n");
        response.append(chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: " + body.length() + "\r\n");
        return response.append("\r\n").append(body).toString();
    }

    private static Map<String, String> lines(String head) {
        Map<String, String> fields = new TreeMap<>();
        for (String line : head.split("\r\n", -1)) {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                fields.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
            }
        }
        return fields;
    }

    private static void send(Http2Client client, int stream, Message message) throws Exception {
        List<String> head = new ArrayList<>(
                List.of(":method", message.method(), ":scheme", "http", ":authority", "a", ":path", message.path()));
        message.fields().forEach((name, value) -> {
            head.add(name);
            head.add(value);
        });
        boolean withLength = message.trailers().isEmpty() && message.body().length() % 2 == 0;
        if (withLength) {
            head.add("content-length");
            head.add(String.valueOf(message.body().length()));
        }
        boolean empty = message.body().isEmpty() && message.trailers().isEmpty();
        client.headers(stream, empty, head.toArray(String[]::new));
        int at = 0;
        while (at < message.body().length()) {
            int next = Math.min(message.body().length(), at + 5000);
            boolean last = next == message.body().length() && message.trailers().isEmpty();
            client.data(stream, last, message.body().substring(at, next));
            at = next;
        }
        if (!message.trailers().isEmpty()) {
            List<String> trailers = new ArrayList<>();
            message.trailers().forEach((name, value) -> {
                trailers.add(name);
                trailers.add(value);
            });
            client.headers(stream, true, trailers.toArray(String[]::new));
        }
    }

    private static Message random(Random random) {
        String[] methods = {"GET", "POST", "PUT", "DELETE", "PATCH", "M-SEARCH", "x"};
        StringBuilder body = new StringBuilder();
        int length = random.nextInt(4) == 0 ? 0 : random.nextInt(20_000);
        for (int i = 0; i < length; i++) {
            body.append((char) random.nextInt(256));
        }
        return new Message(
                methods[random.nextInt(methods.length)],
                "/" + text(random, PATH, 60),
                fields(random, "x-t-"),
                body.toString(),
                random.nextInt(3) == 0 && length > 0 ? fields(random, "x-e-") : Map.of());
    }

    private static Map<String, String> fields(Random random, String prefix) {
        Map<String, String> fields = new TreeMap<>();
        for (int i = random.nextInt(8) + 1; i > 0; i--) {
            StringBuilder value = new StringBuilder("v");
            for (int j = random.nextInt(100); j > 0; j--) {
                int c = 0x20 + random.nextInt(0xe0);
                value.append(c == 0x7f ? '\t' : (char) c);
            }
            fields.put(prefix + text(random, NAME, 12), value.append('v').toString());
        }
        return fields;
    }

    private static String text(Random random, String characters, int max) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(max); i > 0; i--) {
            text.append(characters.charAt(random.nextInt(characters.length())));
        }
        return text.toString();
    }
}
