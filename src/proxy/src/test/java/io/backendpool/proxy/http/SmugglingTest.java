package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The shapes of the known corpora of request smuggling: CL.TE, TE.CL, TE.TE, CL.CL, chunk framing, line ends. Whatever a
 * backend makes of ambiguous bytes, it must not see a request that the proxy has not seen.
 */
class SmugglingTest {
    static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    /** Ways to write Transfer-Encoding that one parser takes for chunked and another does not. */
    static final List<String> CODINGS = List.of(
            "Transfer-Encoding: chunked",
            "transfer-encoding: CHUNKED",
            "Transfer-Encoding:chunked",
            "Transfer-Encoding:\tchunked",
            "Transfer-Encoding:  chunked \t",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding\t: chunked",
            " Transfer-Encoding: chunked",
            "\tTransfer-Encoding: chunked",
            "X: x\r\n Transfer-Encoding: chunked",
            "X: x\r\n\tTransfer-Encoding: chunked",
            "X: x\nTransfer-Encoding: chunked",
            "X: x\rTransfer-Encoding: chunked",
            "X: x\r\rTransfer-Encoding: chunked",
            "X: x\n\rTransfer-Encoding: chunked",
            "X: x\u0000\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding\n: chunked",
            "Transfer-Encoding:\n chunked",
            "Transfer-Encoding:\r\n chunked",
            "Transfer-Encoding: \r\n\tchunked",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: chunkedx",
            "Transfer-Encoding: x chunked",
            "Transfer-Encoding: chunked x",
            "Transfer-Encoding: chunked;q=0.5",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: identity, chunked",
            "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: ,chunked",
            "Transfer-Encoding: chunked,",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked, cow",
            "Transfer-Encoding: \"chunked\"",
            "Transfer-Encoding: 'chunked'",
            "Transfer-Encoding: \u000bchunked",
            "Transfer-Encoding: chunked\u000b",
            "Transfer-Encoding: \fchunked",
            "Transfer-Encoding: chunked\u0000",
            "Transfer-Encoding: \u0000chunked",
            "Transfer-Encoding: \u00a0chunked",
            "Transfer-Encoding: chu\u0096nked",
            "Transfer-Encoding: chunked\u00ff",
            "Transfer-Encoding\u0000: chunked",
            "\u0000Transfer-Encoding: chunked",
            "Transfer-Encoding\u000b: chunked",
            "\u000bTransfer-Encoding: chunked",
            "Transfer-Encoding\u00ff: chunked",
            "Transfer-Encoding;: chunked",
            "Transfer-Encoding:: chunked",
            "Transfer-Encoding",
            "Transfer-Encoding chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            "Transfer-Encoding: cow\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nTransfer-encoding: cow",
            "Transfer-Encoding:\r\nTransfer-Encoding: chunked",
            "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked",
            "Connection: close, transfer-encoding\r\nTransfer-Encoding: chunked");

    /** Ways to write two lengths. N stands for the length up to the end of the smuggled request. */
    static final List<String> LENGTHS = List.of(
            "Content-Length: 0\r\nContent-Length: N",
            "Content-Length: N\r\nContent-Length: 0",
            "Content-Length: 0, N",
            "Content-Length: N, 0",
            "Content-Length: 0 N",
            "Content-Length: 0;N",
            "Content-Length: +N",
            "Content-Length: -N",
            "Content-Length: 0xN",
            "Content-Length: N.0",
            "Content-Length: 0\rN",
            "Content-Length: 0\nN",
            "Content-Length: \"N\"",
            "Content-Length: 'N'",
            "Content-Length : N",
            "Content-Length\t: N",
            " Content-Length: N",
            "X: x\r\n Content-Length: N",
            "X: x\nContent-Length: N",
            "X: x\rContent-Length: N",
            "Content-Length:\r\n N",
            "Content-Length:\u000bN",
            "Content-Length: N\u000b",
            "Content-Length: \u0000N",
            "Content-Length: N\u0000",
            "Content-Length\u0000: N",
            "Content-Length: 18446744073709551616N",
            "Content-Length: 4294967296\r\nContent-Length: N",
            "Content-Length: \u00b2N",
            "Content-Length:\r\nContent-Length: N",
            "Connection: Content-Length\r\nContent-Length: N");

    /** Bodies that are chunked by one reading only. */
    static final List<String> CHUNKS = List.of(
            "0;\n\r\n\r\n" + SMUGGLED,
            "0;a\nb\r\n\r\n" + SMUGGLED,
            "0;a\rb\r\n\r\n" + SMUGGLED,
            "2;\n" + "xx\r\n0\r\n\r\n" + SMUGGLED,
            "2\n" + "xx\r\n0\r\n\r\n" + SMUGGLED,
            "2\r" + "xx\r\n0\r\n\r\n" + SMUGGLED,
            "2 ;\r\nxx\r\n0\r\n\r\n" + SMUGGLED,
            "2\u0000\r\nxx\r\n0\r\n\r\n" + SMUGGLED,
            "2xx\r\nxx\r\n0\r\n\r\n" + SMUGGLED,
            "0x2\r\nxx\r\n0\r\n\r\n" + SMUGGLED,
            "+2\r\nxx\r\n0\r\n\r\n" + SMUGGLED,
            "-2\r\nxx\r\n0\r\n\r\n" + SMUGGLED,
            "2_0\r\nxx\r\n0\r\n\r\n" + SMUGGLED,
            " 2\r\nxx\r\n0\r\n\r\n" + SMUGGLED,
            "2\t\r\nxx\r\n0\r\n\r\n" + SMUGGLED,
            "100000002\r\nxx\r\n0\r\n\r\n" + SMUGGLED,
            "10000000000000002\r\nxx\r\n0\r\n\r\n" + SMUGGLED,
            "ffffffffffffffff\r\nxx\r\n0\r\n\r\n" + SMUGGLED,
            "2\r\nxxx\r\n0\r\n\r\n" + SMUGGLED,
            "2\r\nxx\n0\r\n\r\n" + SMUGGLED,
            "2\r\nxx0\r\n\r\n" + SMUGGLED,
            "2\r\nxxZZ0\r\n\r\n" + SMUGGLED,
            "\r\n0\r\n\r\n" + SMUGGLED,
            ";x\r\n0\r\n\r\n" + SMUGGLED,
            "0\n\n" + SMUGGLED,
            "0\r\n\n" + SMUGGLED,
            "0\r\r\n\r\n" + SMUGGLED,
            "0\r\nX: x\n\r\n" + SMUGGLED,
            "0\r\nX\r\n\r\n" + SMUGGLED,
            "0\r\n X: x\r\n\r\n" + SMUGGLED,
            "0\r\nContent-Length: 40\r\n\r\n" + SMUGGLED,
            "0\r\nTransfer-Encoding: chunked\r\n\r\n" + SMUGGLED);

    /** Request lines that hold a second request for some. */
    private static final List<String> LINES = List.of(
            "GET / HTTP/1.1\n\nGET /smuggled HTTP/1.1",
            "GET / HTTP/1.1\r\rGET /smuggled HTTP/1.1",
            "GET /x\r\n\r\nGET /smuggled HTTP/1.1",
            "GET /x\n\nGET /smuggled HTTP/1.1",
            "GET /x HTTP/1.1 GET /smuggled HTTP/1.1",
            "GET /x\u0000 HTTP/1.1",
            "GET\u000b/x HTTP/1.1",
            "GET /x HTTP/1.1\u0000",
            "GET http://a\n/smuggled HTTP/1.1",
            "GET /\u0085GET\u0085/smuggled HTTP/1.1");

    private static Stream<String> attacks() {
        List<String> attacks = new ArrayList<>();
        String clTe = "0\r\n\r\n" + SMUGGLED;
        String teCl = Integer.toHexString(SMUGGLED.length()) + "\r\n" + SMUGGLED + "\r\n0\r\n\r\n";
        for (String coding : CODINGS) {
            attacks.add(post(coding + "\r\nContent-Length: " + clTe.length(), clTe));
            attacks.add(post("Content-Length: " + clTe.length() + "\r\n" + coding, clTe));
            attacks.add(post(coding + "\r\nContent-Length: 4", teCl));
            attacks.add(post("Content-Length: 4\r\n" + coding, teCl));
            attacks.add("GET / HTTP/1.0\r\nContent-Length: 4\r\n" + coding + "\r\n\r\n" + teCl);
        }
        String length = Integer.toString(SMUGGLED.length());
        for (String lengths : LENGTHS) {
            attacks.add(post(lengths.replaceFirst("(?<![A-Za-z-])N|(?<=x)N", length), SMUGGLED));
        }
        for (String chunks : CHUNKS) {
            attacks.add(post("Transfer-Encoding: chunked", chunks));
        }
        for (String line : LINES) {
            attacks.add(line + "\r\nHost: a\r\n\r\n");
        }
        return attacks.stream();
    }

    private static String post(String fields, String body) {
        return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n" + body;
    }

    @ParameterizedTest
    @EnumSource
    void noBackend_seesMoreThanTheProxyDid(NaiveServer kind) throws Exception {
        int count = 0;
        Duration wait = Duration.ofMillis(300);
        try (Backend backend = Backend.of(kind);
                Proxy proxy = Proxy.to(Policies.with(Policies.timeouts(wait, wait, wait, wait, wait)), backend)) {
            for (String attack : (Iterable<String>) attacks()::iterator) {
                backend.requests.clear();
                String answer;
                try (Client client = proxy.connect()) {
                    client.send(attack);
                    client.socket.shutdownOutput();
                    answer = readWhatComes(client);
                }
                assertThat(backend.requests)
                        .as(attack + " was answered with " + answer)
                        .hasSizeLessThanOrEqualTo(1)
                        .noneMatch(line -> line.contains("smuggled"));
                count++;
            }
        }
        System.out.println("smuggling: " + count + " shapes at a backend that goes by " + kind);
        assertThat(count).isGreaterThan(300);
    }

    private static String readWhatComes(Client client) {
        try {
            return client.readAll();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
