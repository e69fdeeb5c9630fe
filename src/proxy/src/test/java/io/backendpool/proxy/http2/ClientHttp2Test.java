package io.backendpool.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.HttpSettings;
import io.backendpool.proxy.http.Backend;
import io.backendpool.proxy.http.Policies;
import io.backendpool.proxy.http.Proxy;
import io.backendpool.proxy.http.Wire;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.upstream.ProxyLimits;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of HTTP/2 by prior knowledge, before backends of HTTP/1.1: each frame is one that the test chose. */
class ClientHttp2Test {
    @Test
    void request_becomesHttp1_andTheResponseFrames() throws Exception {
        try (Backend backend = Backend.sending("HTTP/1.1 201 Made\r\nContent-Length: 5\r\nX-Of: Backend\r\n\r\nhello");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            client.headers(
                    1,
                    true,
                    ":method",
                    "GET",
                    ":scheme",
                    "http",
                    ":path",
                    "/a?b=c",
                    ":authority",
                    "web.example:81",
                    "cookie",
                    "a=1",
                    "accept",
                    "x/y",
                    "cookie",
                    "b=2");
            Http2Client.Response response = client.await(1);

            assertThat(response.status()).isEqualTo("201");
            assertThat(response.field("x-of")).isEqualTo("Backend");
            assertThat(response.field("content-length")).isEqualTo("5");
            assertThat(response.text()).isEqualTo("hello");
            String request = backend.requests.getFirst();
            assertThat(request).startsWith("GET /a?b=c HTTP/1.1\r\n");
            assertThat(Wire.field(request, "host")).contains("web.example:81");
            assertThat(Wire.field(request, "cookie")).contains("a=1; b=2");
            assertThat(Wire.field(request, "accept")).contains("x/y");
            assertThat(Wire.field(request, "x-forwarded-for")).contains("127.0.0.1");
            assertThat(Wire.field(request, "x-forwarded-host")).contains("web.example:81");
            assertThat(Wire.field(request, "x-request-id")).isPresent();
            assertThat(Wire.field(request, "transfer-encoding")).isEmpty();
        }
    }

    /** Such a connection speaks of one client, so it serves this one alone, and no longer than it is of use. */
    @Test
    void backendConnection_thatTellsOfTheClient_isItsOwn_andIsClosedWhenIdle() throws Exception {
        ProxyLimits usual = ProxyLimits.defaults();
        ProxyLimits impatient = new ProxyLimits(
                Duration.ofMillis(300),
                usual.lingerTimeout(),
                usual.drainDeadline(),
                usual.maxTargetBytes(),
                usual.maxReplayBytes(),
                usual.maxIdlePerBackend(),
                usual.maxAttempts());
        try (ServerSocket backend = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                Proxy proxy = Proxy.telling(impatient, backend.getLocalPort());
                Http2Client first = Http2Client.to(proxy.port());
                Http2Client second = Http2Client.to(proxy.port())) {
            List<String> told = new ArrayList<>();
            List<Socket> servers = new ArrayList<>();
            for (Http2Client client : List.of(first, second)) {
                client.get(1, "/");
                Socket server = backend.accept();
                servers.add(server);
                server.setSoTimeout(20_000);
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.US_ASCII));
                told.add(in.readLine());
                assertThat(in.readLine()).isEqualTo("GET / HTTP/1.1");
                server.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII));
                assertThat(client.await(1).text()).isEqualTo("ok");
                while (!in.readLine().isEmpty()) {}
                assertThat(in.read()).as("closed when idle").isNegative();
            }
            assertThat(told).doesNotHaveDuplicates().allMatch(line -> line.startsWith("PROXY TCP4 127.0.0.1 "));
            for (Socket server : servers) {
                server.close();
            }
        }
    }

    @Test
    void lookalikesOfForwardedFields_areDropped() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            client.post(1, "/", "x_forwarded_for", "10.0.0.1", "x_custom", "1").data(1, true, "");
            assertThat(client.await(1).text()).isEqualTo("ok");
            String request = backend.requests.getFirst();
            assertThat(Wire.field(request, "x_forwarded_for")).isEmpty();
            assertThat(Wire.field(request, "x_custom")).contains("1");
        }
    }

    @Test
    void via_isAddedToResponses_andToRequests() throws Exception {
        HttpSettings settings = new HttpSettings(Set.of(), 0, "edge", HttpSettings.RequestId.KEEP);
        try (Backend backend = Backend.sending("HTTP/1.1 200 OK\r\nVia: 1.0 inner\r\nContent-Length: 2\r\n\r\nok");
                Proxy proxy = Proxy.to(Policies.with(settings), backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            Http2Client.Response response = client.get(1, "/").await(1);
            assertThat(response.text()).isEqualTo("ok");
            assertThat(response.fields("via")).containsExactly("1.0 inner", "1.1 edge");
            assertThat(Wire.field(backend.requests.getFirst(), "via")).contains("1.1 edge");
        }
    }

    @Test
    void manyStreams_areServedAtTheSameTime() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < 50; i++) {
                    client.get(streamId(round * 50 + i), "/" + i);
                }
                for (int i = 0; i < 50; i++) {
                    assertThat(client.await(streamId(round * 50 + i)).text()).isEqualTo("ok");
                }
            }
            await().untilAsserted(
                            () -> assertThat(proxy.traffic.totals().outcomes().get(Outcome.ANSWERED))
                                    .isEqualTo(250));
            assertThat(proxy.traffic.totals().acceptedConnections()).isEqualTo(1);
        }
    }

    private static int streamId(int number) {
        return number * 2 + 1;
    }

    @Test
    void bodyWithoutLength_isChunked_andTrailersPass() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            client.post(1, "/").data(1, false, "hello ").data(1, false, "world");
            client.headers(1, true, "x-sum", "42");
            assertThat(client.await(1).text()).isEqualTo("ok");
            String request = backend.requests.getFirst();
            assertThat(Wire.field(request, "transfer-encoding")).contains("chunked");
            assertThat(request).endsWith("6\r\nhello \r\n5\r\nworld\r\n0\r\nx-sum: 42\r\n\r\n");
        }
    }

    @Test
    void bodyWithLength_passesAsItIs() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            client.post(1, "/", "content-length", "11").data(1, false, "hello ").data(1, true, "world");
            assertThat(client.await(1).text()).isEqualTo("ok");
            String request = backend.requests.getFirst();
            assertThat(Wire.field(request, "content-length")).contains("11");
            assertThat(request).endsWith("\r\n\r\nhello world");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;ext\r\nlo\r\n0\r\nX-Sum: 42\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum:  42 \r\n\r\n"
            })
    void responseTrailers_pass(String response) throws Exception {
        try (Backend backend = Backend.sending(response);
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            Http2Client.Response got = client.get(1, "/").await(1);
            assertThat(got.text()).isEqualTo("hello");
            assertThat(got.field("transfer-encoding")).isEqualTo("null");
            assertThat(got.trailer("x-sum")).isEqualTo("42");
        }
    }

    @Test
    void responseUntilClose_andInterimHeads_andHead_pass() throws Exception {
        try (Backend backend = Backend.of(connection -> {
                    String request = connection.readRequest();
                    connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
                    connection.send(
                            request != null && request.startsWith("HEAD")
                                    ? "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
                                    : "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end");
                });
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            Http2Client.Response response = client.get(1, "/").await(1);
            assertThat(response.status()).isEqualTo("200");
            assertThat(response.field("connection")).isEqualTo("null");
            assertThat(response.text()).isEqualTo("to the end");
            client.headers(3, true, ":method", "HEAD", ":scheme", "http", ":authority", "a", ":path", "/");
            Http2Client.Response head = client.await(3);
            assertThat(head.field("content-length")).isEqualTo("9");
            assertThat(head.text()).isEmpty();
            assertThat(head.reset).isEqualTo(-1);
        }
    }

    @Test
    void preface_mayComeByteByByte() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.silent(proxy.port())) {
            for (byte b : Http2Client.PREFACE.getBytes(StandardCharsets.US_ASCII)) {
                client.raw(new byte[] {b});
            }
            for (byte b : Http2Client.frameBytes(Http2Client.SETTINGS, 0, 0)) {
                client.raw(new byte[] {b});
            }
            assertThat(client.get(1, "/").await(1).text()).isEqualTo("ok");
        }
    }

    @Test
    void prefaceAndRequest_mayComeAtOnce() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.silent(proxy.port())) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.write(Http2Client.PREFACE.getBytes(StandardCharsets.US_ASCII));
            all.write(Http2Client.frameBytes(Http2Client.SETTINGS, 0, 0));
            all.write(Http2Client.frameBytes(
                    Http2Client.HEADERS,
                    Http2Client.END_HEADERS | Http2Client.END_STREAM,
                    1,
                    client.block(":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/")));
            client.raw(all.toByteArray());
            assertThat(client.await(1).text()).isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "PRI * HTTP/2.0\r\nHost: a\r\n\r\n"})
    void almostAPreface_isNoRequest(String bytes) throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.silent(proxy.port())) {
            client.raw(bytes.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(client.socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 505 ");
        }
    }

    @Test
    void noBackend_is503_withTheReason() throws Exception {
        try (Proxy proxy = Proxy.to();
                Http2Client client = Http2Client.to(proxy.port())) {
            Http2Client.Response response = client.get(1, "/").await(1);
            assertThat(response.status()).isEqualTo("503");
            assertThat(response.field("retry-after")).isEqualTo("1");
            assertThat(response.text()).contains("has no backends");
            Http2Client.Response grpc =
                    client.post(3, "/s/m", "content-type", "application/grpc").await(3);
            assertThat(grpc.status()).isEqualTo("200");
            assertThat(grpc.field("grpc-status")).isEqualTo("14");
            assertThat(grpc.field("grpc-message")).contains("has no backends");
        }
    }

    @Test
    void replyBeforeTheRequestsEnd_saysThatTheRestIsNotWanted() throws Exception {
        try (Proxy proxy = Proxy.to();
                Http2Client client = Http2Client.to(proxy.port())) {
            client.post(1, "/").data(1, false, "some");
            Http2Client.Response response = client.await(1);
            assertThat(response.status()).isEqualTo("503");
            while (response.reset < 0) {
                assertThat(client.read()).isNotNull();
            }
            assertThat(response.reset).isZero();
            assertThat(client.get(3, "/").await(3).status()).isEqualTo("503");
        }
    }

    @Test
    void cutResponse_resetsTheStream_andOnlyThat() throws Exception {
        try (Backend backend = Backend.of(connection -> {
                    String request = connection.readRequest();
                    connection.send(
                            request != null && request.contains("/short")
                                    ? "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"
                                    : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                });
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            assertThat(client.get(1, "/short").await(1).reset).isEqualTo(2);
            assertThat(client.get(3, "/").await(3).text()).isEqualTo("ok");
        }
    }

    @Test
    void resetByTheClient_endsTheBackendsConnection() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        try (Backend backend = Backend.of(connection -> {
                    connection.readRequest();
                    begun.countDown();
                    if (connection.socket.getInputStream().read() < 0) {
                        ended.countDown();
                    }
                });
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            client.get(1, "/");
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            client.frame(Http2Client.RST_STREAM, 0, 1, Http2Client.intBytes(8));
            assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
            await().untilAsserted(
                            () -> assertThat(proxy.traffic.totals().outcomes().get(Outcome.CLIENT_GONE))
                                    .isEqualTo(1));
        }
    }

    @Test
    void draining_announcesFirst_andLetsStreamsFinish() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (Backend backend = Backend.of(connection -> {
                    while (connection.readRequest() != null) {
                        connection.await(answer);
                        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    }
                });
                Proxy proxy = Proxy.to(backend);
                Http2Client client = Http2Client.to(proxy.port())) {
            // The connection closes after the last stream: credit would come too late.
            client.givesCredit = false;
            client.get(1, "/");
            await().until(() -> !backend.requests.isEmpty());
            CompletionStage<Void> drained = proxy.listeners.drain(Duration.ofSeconds(10));
            while (client.goAway < 0) {
                assertThat(client.read()).isNotNull();
            }
            assertThat(client.goAwayLast).isEqualTo(Integer.MAX_VALUE);
            client.get(3, "/late");
            while (client.goAwayLast == Integer.MAX_VALUE) {
                assertThat(client.read()).isNotNull();
            }
            answer.countDown();
            assertThat(client.await(1).text()).isEqualTo("ok");
            assertThat(client.goAway).isZero();
            if (client.goAwayLast >= 3) {
                assertThat(client.await(3).text()).isEqualTo("ok");
            }
            assertThat(client.awaitGoAway()).isZero();
            drained.toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }
}
