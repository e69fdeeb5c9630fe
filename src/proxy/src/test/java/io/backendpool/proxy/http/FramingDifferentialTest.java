package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.proxy.http.ReferenceRequests.Request;
import io.backendpool.proxy.http.ReferenceRequests.Rest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/**
 * From socket to socket: what a backend reads is framed by the reference as what the client has sent is. Requests in a row,
 * broken here and there in the ways that requests are smuggled; whatever of it the proxy refuses, it must not forward other
 * requests than there are, nor other bodies.
 *
 * <p>{@code -Dfuzz.rounds=N} for more than {@value #ROUNDS} rows, {@code -Dfuzz.seed=N} for those of another run.
 */
class FramingDifferentialTest {
    private static final int ROUNDS = 1500;

    private static final List<String> FIELDS = List.of(
            "X: x",
            "Content-Length: 0",
            "Content-Length: 5",
            "Content-Length: 05",
            "Content-Length: 5, 5",
            "Content-Length: 40",
            "Transfer-Encoding: chunked",
            "Content_Length: 9",
            "Transfer_Encoding: chunked",
            "Connection: close",
            "Connection: keep-alive, X",
            "Connection: content-length",
            "Expect: 100-continue",
            "TE: trailers",
            "Trailer: X-T",
            "Upgrade: h2c",
            "Host: b");

    /** What is put somewhere. */
    private static final List<String> CRUMBS = List.of(
            "\r",
            "\n",
            "\r\n",
            "\r\n\r\n",
            "\n\n",
            " ",
            "\t",
            "\r\n ",
            "\r\n\t",
            "\u0000",
            "\u000b",
            ":",
            ";",
            ",",
            "\"",
            "0",
            "1",
            "5",
            "f",
            "+",
            "-",
            "0x",
            "_",
            "\u00a0",
            "\u0085",
            "\u00ff",
            ";a=b",
            ";a=\"\r\n\"",
            "0\r\n\r\n",
            "chunked",
            "HTTP/1.1",
            "GET / HTTP/1.1\r\n",
            "Host: a\r\n",
            "Content-Length: 5\r\n",
            "Transfer-Encoding: chunked\r\n");

    private final List<Request> seen = new CopyOnWriteArrayList<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();

    /** Answers each request that the reference finds. */
    private void serve(Backend.Connection connection) throws IOException {
        InputStream in = connection.socket.getInputStream();
        StringBuilder text = new StringBuilder();
        byte[] bytes = new byte[65_536];
        int answered = 0;
        int count;
        while ((count = in.read(bytes)) >= 0) {
            text.append(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
            ReferenceRequests found = ReferenceRequests.of(text.toString());
            if (found.rest() == Rest.MALFORMED) {
                problems.add(text.toString());
                return;
            }
            for (Request request :
                    found.requests().subList(answered, found.requests().size())) {
                seen.add(request);
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
            answered = found.requests().size();
        }
    }

    @Test
    void forwardedRequests_areThoseOfTheClient() throws Exception {
        long seed = Long.getLong("fuzz.seed", System.nanoTime());
        int rounds = Integer.getInteger("fuzz.rounds", ROUNDS);
        System.out.println("framing: -Dfuzz.seed=" + seed + " -Dfuzz.rounds=" + rounds);
        int forwarded = 0;
        int whole = 0;
        try (Backend backend = Backend.of(this::serve)) {
            try (Proxy proxy = Proxy.to(backend)) {
                for (int round = 0; round < rounds; round++) {
                    Random random = new Random(seed + round);
                    String sent = row(random);
                    ReferenceRequests expected = ReferenceRequests.of(sent);
                    seen.clear();
                    String answer = exchange(proxy, sent, random.nextInt(sent.length() + 1));
                    List<Request> got = List.copyOf(seen);
                    String about = "seed %d, row:%n%s%nanswered by:%n%s%nforwarded: %s"
                            .formatted(seed + round, shown(sent), shown(answer), shown(got.toString()));
                    assertThat(problems).as(about).isEmpty();
                    assertThat(got.size())
                            .as(about)
                            .isLessThanOrEqualTo(expected.requests().size());
                    for (int i = 0; i < got.size(); i++) {
                        Request original = expected.requests().get(i);
                        assertThat(got.get(i).method()).as(about).isEqualTo(original.method());
                        assertThat(got.get(i).body()).as(about).isEqualTo(original.body());
                        if (original.target().startsWith("/")) {
                            assertThat(got.get(i).target()).as(about).isEqualTo(original.target());
                        }
                    }
                    if (answer.isEmpty() || answer.startsWith("HTTP/1.1 ")) {
                        assertThat(answer.split("HTTP/1.1 200 ", -1)).as(about).hasSize(got.size() + 1);
                    }
                    forwarded += got.size();
                    whole += expected.requests().size();
                }
            }
            await().until(() -> backend.openConnections() == 0);
        }
        assertThat(problems).isEmpty();
        System.out.println("framing: %d of %d well-formed requests were forwarded".formatted(forwarded, whole));
        // What follows a request that is refused is not served, nor what follows one that closes the connection.
        assertThat(forwarded).isGreaterThan(whole / 2);
    }

    /** What comes back. The client sends in two parts, and then no more. */
    private static String exchange(Proxy proxy, String text, int split) {
        try (Client client = proxy.connect()) {
            client.send(text.substring(0, split));
            client.send(text.substring(split));
            client.socket.shutdownOutput();
            return client.readAll();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String row(Random random) {
        StringBuilder row = new StringBuilder();
        int requests = 1 + random.nextInt(4);
        for (int i = 0; i < requests; i++) {
            String request = request(random, i);
            int breaks = random.nextInt(5) - 2;
            for (int j = 0; j < breaks; j++) {
                request = broken(random, request);
            }
            row.append(request);
        }
        return row.toString();
    }

    private static String request(Random random, int number) {
        List<String> fields = new ArrayList<>(List.of("Host: a"));
        String body = "";
        String method = "POST";
        switch (random.nextInt(6)) {
            case 0 -> method = random.nextBoolean() ? "GET" : "HEAD";
            case 1 -> {
                body = ReferenceChunks.of(random);
                fields.add("Transfer-Encoding: chunked");
            }
            case 2 -> {
                body = one(random, SmugglingTest.CHUNKS);
                fields.add("Transfer-Encoding: chunked");
            }
            case 3 -> {
                body = "0\r\n\r\n" + SmugglingTest.SMUGGLED;
                fields.add(one(random, SmugglingTest.CODINGS));
                fields.add("Content-Length: " + (random.nextBoolean() ? body.length() : 5));
            }
            case 4 -> {
                body = SmugglingTest.SMUGGLED;
                fields.add(one(random, SmugglingTest.LENGTHS).replace("N", Integer.toString(body.length())));
            }
            default -> {
                body = "x".repeat(random.nextInt(20));
                fields.add("Content-Length: " + body.length());
            }
        }
        if (random.nextInt(4) == 0) {
            fields.add(random.nextInt(fields.size() + 1), one(random, FIELDS));
        }
        String version = random.nextInt(10) == 0 ? "1.0" : "1.1";
        return "%s /%d HTTP/%s\r\n%s\r\n\r\n%s".formatted(method, number, version, String.join("\r\n", fields), body);
    }

    private static String broken(Random random, String text) {
        int from = random.nextInt(text.length());
        int to = Math.min(text.length(), from + 1 + random.nextInt(4));
        return switch (random.nextInt(4)) {
            case 0 -> text.substring(0, from) + text.substring(to);
            case 1 -> text.substring(0, from) + one(random, CRUMBS) + text.substring(to);
            case 2 -> text.substring(0, to) + text.substring(from);
            default -> text.substring(0, from) + one(random, CRUMBS) + text.substring(from);
        };
    }

    private static String one(Random random, List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\r' -> shown.append("\\r");
                case '\n' -> shown.append("\\n\n");
                default -> shown.append(c < ' ' || c > '~' ? "\\x%02x".formatted((int) c) : String.valueOf(c));
            }
        }
        return shown.toString();
    }

    /** Bodies in chunks as they are allowed to be. */
    private static final class ReferenceChunks {
        static String of(Random random) {
            StringBuilder body = new StringBuilder();
            for (int i = random.nextInt(4); i > 0; i--) {
                int size = 1 + random.nextInt(20);
                body.append("0".repeat(random.nextInt(3)))
                        .append(
                                random.nextBoolean()
                                        ? Integer.toHexString(size)
                                        : Integer.toHexString(size).toUpperCase(java.util.Locale.ROOT))
                        .append(random.nextInt(3) == 0 ? ";a=b" : "")
                        .append("\r\n")
                        .append("y".repeat(size))
                        .append("\r\n");
            }
            return body.append("0\r\n")
                    .append(random.nextInt(3) == 0 ? "X-T: 1\r\n" : "")
                    .append("\r\n")
                    .toString();
        }
    }
}
