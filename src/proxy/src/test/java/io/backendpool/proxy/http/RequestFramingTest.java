package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 9112: what is ambiguous is refused and reaches no backend, and the connection is closed. */
class RequestFramingTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    static Stream<Arguments> refused() {
        return Stream.of(
                row("both lengths", 400, POST + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                row("both lengths, other order", 400, POST + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"),
                row("two lengths", 400, POST + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
                row("list of lengths", 400, POST + "Content-Length: 3, 3\r\n\r\nabc"),
                row("signed length", 400, POST + "Content-Length: +3\r\n\r\nabc"),
                row("negative length", 400, POST + "Content-Length: -1\r\n\r\n"),
                row("hex length", 400, POST + "Content-Length: 0x3\r\n\r\nabc"),
                row("empty length", 400, POST + "Content-Length:\r\n\r\n"),
                row("huge length", 400, POST + "Content-Length: 99999999999999999999\r\n\r\n"),
                row("other coding", 400, POST + "Transfer-Encoding: gzip, chunked\r\n\r\n"),
                row("coding identity", 400, POST + "Transfer-Encoding: identity\r\n\r\n"),
                row("coding twice", 400, POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
                row("coding with vertical tab", 400, POST + "Transfer-Encoding: \u000bchunked\r\n\r\n"),
                row("coding in 1.0", 400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                row("space before colon", 400, POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
                row("tab before colon", 400, GET + "X\t: 1\r\n\r\n"),
                row("folded line", 400, GET + "X: 1\r\n 2\r\n\r\n"),
                row("folded first line", 400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
                row("no colon", 400, GET + "X\r\n\r\n"),
                row("empty name", 400, GET + ": x\r\n\r\n"),
                row("bare LF after the request line", 400, "GET / HTTP/1.1\nHost: a\r\n\r\n"),
                row("bare LF in fields", 400, GET + "X: 1\nY: 2\r\n\r\n"),
                row("bare LF at the end", 400, GET + "\n"),
                row("bare CR in a value", 400, GET + "X: 1\rY: 2\r\n\r\n"),
                row("bare CR in the request line", 400, "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n"),
                row("NUL in a value", 400, GET + "X: \u0000\r\n\r\n"),
                row("NUL in a name", 400, GET + "X\u0000: 1\r\n\r\n"),
                row("DEL in a value", 400, GET + "X: \u007f\r\n\r\n"),
                row("control character in the target", 400, "GET /\u0001 HTTP/1.1\r\nHost: a\r\n\r\n"),
                row("non-ASCII target", 400, "GET /\u00e4 HTTP/1.1\r\nHost: a\r\n\r\n"),
                row("fragment", 400, "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n"),
                row("two spaces", 400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
                row("space in the target", 400, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
                row("trailing space", 400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
                row("no version", 400, "GET /\r\nHost: a\r\n\r\n"),
                row("lower-case version", 400, "GET / http/1.1\r\nHost: a\r\n\r\n"),
                row("bad method", 400, "G@T / HTTP/1.1\r\nHost: a\r\n\r\n"),
                row("no method", 400, " / HTTP/1.1\r\nHost: a\r\n\r\n"),
                row("relative target", 400, "GET index.html HTTP/1.1\r\nHost: a\r\n\r\n"),
                row("asterisk for GET", 400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
                row("userinfo", 400, "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
                row("empty authority", 400, "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"),
                row("no Host", 400, "GET / HTTP/1.1\r\n\r\n"),
                row("two Hosts", 400, GET + "Host: b\r\n\r\n"),
                row("Host with a path", 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
                row("Host with a space", 400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
                row("Host with userinfo", 400, "GET / HTTP/1.1\r\nHost: u@b\r\n\r\n"),
                row(
                        "Connection names the length",
                        400,
                        POST + "Connection: content-length\r\nContent-Length: 1\r\n\r\nx"),
                row("Connection names the host", 400, GET + "Connection: close, Host\r\n\r\n"),
                row("Connection is no list", 400, GET + "Connection: a b\r\n\r\n"),
                row("CONNECT", 501, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
                row("HTTP/2.0", 505, "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"),
                row("HTTP/1.2", 505, "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
                row("HTTP/0.9 with version", 505, "GET / HTTP/0.9\r\n\r\n"),
                row("target too long", 414, "GET /" + "x".repeat(40_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                row("request line too long", 414, "GET /" + "x".repeat(70_000)),
                row("head too long", 431, GET + "X: " + "x".repeat(70_000)),
                row("head too long, complete", 431, GET + "X: " + "x".repeat(66_000) + "\r\n\r\n"),
                row("chunk size with 0x", 400, CHUNKED + "0x3\r\nabc\r\n0\r\n\r\n"),
                row("signed chunk size", 400, CHUNKED + "-3\r\nabc\r\n0\r\n\r\n"),
                row("empty chunk size", 400, CHUNKED + "\r\nabc\r\n0\r\n\r\n"),
                row("white space after a chunk size", 400, CHUNKED + "3 \r\nabc\r\n0\r\n\r\n"),
                row("white space before a chunk size", 400, CHUNKED + " 3\r\nabc\r\n0\r\n\r\n"),
                row("chunk size that overflows", 400, CHUNKED + "10000000000000003\r\nabc\r\n0\r\n\r\n"),
                row("chunk longer than its size", 400, CHUNKED + "3\r\nabcd\r\n0\r\n\r\n"),
                row("chunk size ended by LF", 400, CHUNKED + "3\nabc\r\n0\r\n\r\n"),
                row("chunk extension with LF", 400, CHUNKED + "3;a\nb\r\nabc\r\n0\r\n\r\n"),
                row("chunk extension too long", 400, CHUNKED + "3;" + "a".repeat(2000) + "\r\nabc\r\n0\r\n\r\n"),
                row("chunk end with CR alone", 400, CHUNKED + "3\r\nabc\r0\r\n\r\n"),
                row("framing as a trailer", 400, CHUNKED + "0\r\nContent-Length: 5\r\n\r\n"),
                row("folded trailer", 400, CHUNKED + "0\r\nX: 1\r\n 2\r\n\r\n"),
                row("trailer without a name", 400, CHUNKED + "0\r\n: 1\r\n\r\n"));
    }

    private static Arguments row(String name, int status, String bytes) {
        return Arguments.of(name, status, bytes);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("refused")
    void refused(String name, int status, String bytes) throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            String answer = client.send(bytes + SMUGGLED).readAll();

            assertThat(answer)
                    .startsWith("HTTP/1.1 " + status + " ")
                    .contains("Content-Type: text/plain", "Connection: close\r\n", "\r\n\r\n" + status + " ")
                    .containsOnlyOnce("HTTP/1.1 " + status);
            assertThat(backend.requests).isEmpty();
            assertThat(backend.openConnections()).isZero();
            assertThat(proxy.traffic.totals().requests().total()).isEqualTo(1);
        }
    }
}
