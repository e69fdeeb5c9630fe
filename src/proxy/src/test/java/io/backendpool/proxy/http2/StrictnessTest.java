package io.backendpool.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.proxy.http.Backend;
import io.backendpool.proxy.http.Proxy;
import io.backendpool.proxy.traffic.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no request by RFC 9113, 8.2 and 8.3 reaches no backend; the connection serves on. */
class StrictnessTest {
    private static final String GOOD = ":method=GET|:scheme=http|:authority=a|:path=/|";

    /** Fields by {@code name=value}, with {@code |} between them. */
    private static String[] fields(String text) {
        List<String> fields = new ArrayList<>();
        for (String field : text.split("\\|", -1)) {
            if (field.isEmpty()) {
                continue;
            }
            int equals = field.indexOf('=', 1);
            fields.add(field.substring(0, equals));
            fields.add(field.substring(equals + 1));
        }
        return fields.toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // names
                GOOD + "X-Upper=1",
                GOOD + "x y=1",
                GOOD + "x:y=1",
                GOOD + "x\r\nevil=1",
                GOOD + "x\0=1",
                // values
                GOOD + "x=a\r\nevil: 1",
                GOOD + "x=a\nb",
                GOOD + "x=a\0b",
                GOOD + "x= a",
                GOOD + "x=a\t",
                // the connection's own
                GOOD + "connection=close",
                GOOD + "keep-alive=1",
                GOOD + "proxy-connection=close",
                GOOD + "transfer-encoding=chunked",
                GOOD + "upgrade=websocket",
                GOOD + "te=gzip",
                GOOD + "te=trailers, gzip",
                // pseudo-header fields
                ":scheme=http|:authority=a|:path=/",
                ":method=GET|:authority=a|:path=/",
                ":method=GET|:scheme=http|:authority=a",
                ":method=GET|:scheme=http|:authority=a|:path=",
                ":method=GET|:scheme=http|:path=/",
                ":method=GET|:method=GET|:scheme=http|:authority=a|:path=/",
                ":method=GET|:scheme=http|:authority=a|:path=/|:path=/b",
                ":method=GET|:scheme=http|:authority=a|:path=/|:status=200",
                ":method=GET|:scheme=http|:authority=a|:path=/|:other=200",
                ":method=GET|:scheme=http|:authority=a|x=1|:path=/",
                ":method=GET|:scheme=ftp|:authority=a|:path=/",
                ":method=GET|:scheme=http|:authority=a|:path=/|:protocol=websocket",
                // the request line of HTTP/1.1
                ":method=GET / HTTP/1.1\r\nHost: evil\r\n\r\nGET|:scheme=http|:authority=a|:path=/",
                ":method=G T|:scheme=http|:authority=a|:path=/",
                ":method=GET|:scheme=http|:authority=a|:path=/ HTTP/1.1\r\nHost: evil\r\n\r\n",
                ":method=GET|:scheme=http|:authority=a|:path=/a b",
                ":method=GET|:scheme=http|:authority=a|:path=/a#b",
                ":method=GET|:scheme=http|:authority=a|:path=a",
                ":method=GET|:scheme=http|:authority=a|:path=http://b/",
                ":method=GET|:scheme=http|:authority=a|:path=*",
                // authority
                ":method=GET|:scheme=http|:authority=a\r\nevil: 1|:path=/",
                ":method=GET|:scheme=http|:authority=user@a|:path=/",
                ":method=GET|:scheme=http|:authority=a/b|:path=/",
                GOOD + "host=b",
                ":method=GET|:scheme=http|:path=/|host=a|host=a",
                ":method=GET|:scheme=http|:path=/|host=a b",
                // length
                GOOD + "content-length=5",
                GOOD + "content-length=-1",
                GOOD + "content-length=+0",
                GOOD + "content-length=0x0",
                GOOD + "content-length=0|content-length=1",
                GOOD + "content-length=",
            })
    void malformedHead_isAStreamError(String text) throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            client.headers(1, true, fields(text));
            Http2Client.Response response = client.await(1);
            if (response.reset < 0) {
                assertThat(response.status()).isEqualTo("400");
            } else {
                assertThat(response.reset).isEqualTo(1);
            }
            assertThat(client.get(3, "/good").await(3).text()).isEqualTo("ok");
            assertThat(backend.requests).singleElement().asString().startsWith("GET /good HTTP/1.1\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                GOOD + "te=trailers",
                GOOD + "content-length=0",
                GOOD + "host=a",
                ":method=GET|:scheme=https|:path=/|host=a",
                ":path=/|:authority=a|:scheme=http|:method=GET",
                ":method=OPTIONS|:scheme=http|:authority=a|:path=*",
                GOOD + "x=",
                GOOD + "cookie=a=b"
            })
    void inOrder_passes(String text) throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            assertThat(client.headers(1, true, fields(text)).await(1).text()).isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void bodyOfAnotherLength_isAStreamError(int length) throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            client.post(1, "/", "content-length", "5").data(1, true, "x".repeat(length));
            assertThat(client.await(1).reset).isEqualTo(1);
            assertThat(client.get(3, "/good").await(3).text()).isEqualTo("ok");
            assertThat(backend.requests).noneMatch(request -> request.startsWith("x"));
        }
    }

    /** H2.CL and H2.TE: what would be a second request after the first one's end. */
    @Test
    void smuggledRequest_staysBody() throws Exception {
        String smuggled = "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n";
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client length = Http2Client.to(proxy.port());
                Http2Client encoding = Http2Client.to(proxy.port());
                Http2Client client = Http2Client.to(proxy.port())) {
            length.post(1, "/", "content-length", "0").data(1, true, smuggled);
            // Unless the answer to the empty request was faster than what came behind it.
            assertThat(length.await(1))
                    .matches(answer -> answer.reset == 1 || answer.text().equals("ok"));
            encoding.post(1, "/", "transfer-encoding", "chunked");
            assertThat(encoding.await(1).reset).isEqualTo(1);
            assertThat(client.post(1, "/five").data(1, true, smuggled).await(1).text())
                    .isEqualTo("ok");
            assertThat(backend.requests).noneMatch(request -> request.startsWith("GET /admin"));
            assertThat(backend.requests.getLast())
                    .startsWith("POST /five")
                    .contains("\r\n\r\n" + Integer.toHexString(smuggled.length()) + "\r\n" + smuggled);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"content-length=3", "X-Upper=1", ":path=/", "transfer-encoding=chunked", "host=b", "x=a\r\nb"})
    void malformedTrailers_reachNoBackend(String text) throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            client.post(1, "/").data(1, false, "hello").headers(1, true, fields(text));
            Http2Client.Response response = client.await(1);
            assertThat(response.reset == 1 || response.status().equals("400")).isTrue();
            assertThat(client.get(3, "/good").await(3).text()).isEqualTo("ok");
        }
    }

    @Test
    void connect_isNotImplemented() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            assertThat(client.headers(1, false, ":method", "CONNECT", ":authority", "a:443")
                            .await(1)
                            .status())
                    .isEqualTo("501");
            assertThat(proxy.traffic.totals().outcomes().get(Outcome.REFUSED)).isEqualTo(1);
            assertThat(backend.requests).isEmpty();
        }
    }

    @Test
    void malformedResponse_is502() throws Exception {
        try (Backend backend = Backend.sending("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            assertThat(client.get(1, "/").await(1).status()).isEqualTo("502");
        }
    }
}
