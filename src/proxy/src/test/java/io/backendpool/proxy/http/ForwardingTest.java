package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a request looks like at the backend, and its response at the client. */
@SuppressWarnings("StringConcatToTextBlock") // line ends are part of what is tested, and are written out
class ForwardingTest {
    @Test
    void get_isForwardedWithTheFieldsOfAProxy() throws Exception {
        try (Backend backend = Backend.answering("hello");
                Proxy proxy = Proxy.to(backend)) {
            String response = proxy.get("/path?q=1");

            assertThat(response).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nhello");
            assertThat(backend.requests).singleElement().satisfies(request -> assertThat(request)
                    .startsWith("GET /path?q=1 HTTP/1.1\r\nX-Forwarded-For: 127.0.0.1\r\nHost: a\r\n")
                    .contains("\r\nX-Forwarded-Proto: http\r\n", "\r\nX-Forwarded-Host: a\r\n")
                    .contains("\r\nX-Forwarded-Port: " + proxy.port() + "\r\n")
                    .containsPattern("\r\nX-Request-Id: [0-9a-f]{32}\r\n"));
        }
    }

    @Test
    void hopByHopFields_ofARequest_areRemoved() throws Exception {
        String request =
                forwarded("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Mine ,upgrade\r\nX-Mine: 1\r\n"
                        + "Keep-Alive: 5\r\nProxy-Connection: x\r\nTE: trailers\r\nUpgrade: h2c\r\nX-Other: 2\r\n\r\n");

        assertThat(request)
                .contains("X-Other: 2\r\n")
                .doesNotContain("Connection", "X-Mine", "Keep-Alive", "TE:", "Upgrade");
    }

    @Test
    void hopByHopFields_ofAResponse_areRemoved() throws Exception {
        try (Backend backend = Backend.sending("HTTP/1.1 200 OK\r\nConnection: X-Mine\r\nX-Mine: 1\r\nKeep-Alive: 5\r\n"
                        + "Upgrade: h2c\r\nX-Other: 2\r\nContent-Length: 2\r\n\r\nok");
                Proxy proxy = Proxy.to(backend)) {
            assertThat(proxy.get("/")).isEqualTo("HTTP/1.1 200 OK\r\nX-Other: 2\r\nContent-Length: 2\r\n\r\nok");
        }
    }

    @Test
    void absoluteTarget_replacesHost() throws Exception {
        assertThat(forwarded("GET http://shop:80/x?y HTTP/1.1\r\nHost: other\r\n\r\n"))
                .startsWith("GET /x?y HTTP/1.1\r\n")
                .contains("Host: shop:80\r\n")
                .doesNotContain("other");
        assertThat(forwarded("GET http://shop HTTP/1.1\r\nHost: shop\r\n\r\n")).startsWith("GET / HTTP/1.1\r\n");
        assertThat(forwarded("GET HTTP://shop?q HTTP/1.1\r\nHost: shop\r\n\r\n"))
                .startsWith("GET /?q HTTP/1.1\r\n");
        assertThat(forwarded("OPTIONS http://shop HTTP/1.1\r\nHost: shop\r\n\r\n"))
                .startsWith("OPTIONS * HTTP/1.1\r\n");
    }

    @Test
    void oneDotZero_withoutHost_getsOne() throws Exception {
        assertThat(forwarded("GET /old HTTP/1.0\r\n\r\n"))
                .startsWith("GET /old HTTP/1.1\r\n")
                .containsPattern("\r\nHost: 127.0.0.1:\\d+\r\n");
    }

    @Test
    void sameContentLengthTwice_isForwardedOnce() throws Exception {
        assertThat(forwarded("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok"))
                .containsOnlyOnce("Content-Length: 2\r\n")
                .endsWith("\r\n\r\nok");
    }

    @Test
    void chunkedBodyWithTrailers_passesAsItIs_inBothDirections() throws Exception {
        String body = "3;x=\"y\"\r\nabc\r\n00A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n";
        try (Backend backend = Backend.sending("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n" + body);

            assertThat(client.readResponse()).isEqualTo("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
            assertThat(backend.requests).singleElement().satisfies(request -> assertThat(request)
                    .contains("Trailer: X-Sum\r\n")
                    .endsWith("\r\n\r\n" + body));
            assertThat(client.get("/again").readResponse()).endsWith(body);
        }
    }

    @Test
    void body_thatComesByteByByte_arrivesWhole() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            String request = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
            for (int i = 0; i < request.length(); i++) {
                client.send(request.substring(i, i + 1));
            }
            assertThat(client.readResponse()).endsWith("ok");
            assertThat(backend.requests).singleElement().satisfies(got -> assertThat(got)
                    .endsWith("\r\n\r\n2\r\nhi\r\n0\r\n\r\n"));
        }
    }

    @Test
    void expectContinue_isLeftToTheBackend() throws Exception {
        try (Backend backend = Backend.of(connection -> {
                    String head = connection.readHead();
                    connection.send("HTTP/1.1 100 Continue\r\n\r\n");
                    String body = connection.readBody(head);
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + body);
                });
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            assertThat(client.readHead()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            client.send("ok");
            assertThat(client.readResponse()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("ok");
        }
    }

    @Test
    void earlyHints_passToOneDotOne_butNotToOneDotZero() throws Exception {
        try (Backend backend = Backend.sending(
                        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                Proxy proxy = Proxy.to(backend);
                Client modern = proxy.connect();
                Client old = proxy.connect()) {
            assertThat(modern.get("/").readHead()).isEqualTo("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
            assertThat(modern.readResponse()).endsWith("ok");
            assertThat(old.send("GET / HTTP/1.0\r\n\r\n").readAll()).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    void pipelinedRequests_areAnsweredInOrder() throws Exception {
        try (Backend backend = Backend.of(connection -> {
                    String request;
                    while ((request = connection.readRequest()) != null) {
                        String path = request.substring(5, 6);
                        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + path);
                    }
                });
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            StringBuilder requests = new StringBuilder("\r\n");
            for (int i = 0; i < 10; i++) {
                requests.append("POST /").append(i).append(" HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
            }
            client.send(requests.toString().replace("POST /", "PUT /"));
            for (int i = 0; i < 10; i++) {
                assertThat(client.readResponse()).endsWith("\r\n\r\n" + i);
            }
            assertThat(backend.openConnections()).isEqualTo(1);
        }
    }

    @Test
    void responsesWithoutABody_keepTheConnection() throws Exception {
        for (String head :
                new String[] {"HTTP/1.1 204 No Content\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n"}) {
            try (Backend backend = Backend.sending(head + "\r\n");
                    Proxy proxy = Proxy.to(backend);
                    Client client = proxy.connect()) {
                assertThat(client.get("/").readHead()).isEqualTo(head + "\r\n");
                assertThat(client.get("/").readHead()).isEqualTo(head + "\r\n");
            }
        }
    }

    @Test
    void noContent_withALength_losesIt() throws Exception {
        try (Backend backend = Backend.sending("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            assertThat(client.get("/").readHead()).isEqualTo("HTTP/1.1 204 No Content\r\n\r\n");
        }
    }

    @Test
    void head_hasALengthButNoBody() throws Exception {
        try (Backend backend = Backend.sending("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readHead()).contains("Content-Length: 10\r\n");
            }
        }
    }

    @Test
    void oneDotZeroClient_getsDataWithoutChunks_andTheEnd() throws Exception {
        try (Backend backend = Backend.sending("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n");
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            assertThat(client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                            .readAll())
                    .isEqualTo("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde");
        }
    }

    @Test
    void oneDotZeroClient_keepsTheConnection_whenItAsks() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Client asking = proxy.connect();
                Client silent = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                assertThat(asking.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                                .readResponse())
                        .contains("Connection: keep-alive\r\n");
            }
            assertThat(silent.send("GET / HTTP/1.0\r\n\r\n").readAll()).contains("Connection: close\r\n");
        }
    }

    @Test
    void closeDelimitedResponse_isMadeChunked_andKeepsTheClientsConnection() throws Exception {
        try (Backend backend = Backend.sendingAndClosing("HTTP/1.0 200 OK\r\n\r\nhello");
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect();
                Client old = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                assertThat(client.get("/").readResponse())
                        .startsWith("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                        .endsWith("0\r\n\r\n")
                        .contains("hello");
            }
            assertThat(old.send("GET / HTTP/1.0\r\n\r\n").readAll()).endsWith("\r\n\r\nhello");
        }
    }

    @Test
    void connectionClose_isAnsweredAndKept() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(client.readAll()).contains("Connection: close\r\n").endsWith("ok");
        }
    }

    @Test
    void clientThatClosesItsSendingSide_stillGetsTheAnswer() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            client.get("/");
            client.socket.shutdownOutput();
            assertThat(client.readAll()).endsWith("ok");
        }
    }

    /** The second request is looked at when the first is answered, and the end of the client's input was seen before. */
    @Test
    void clientThatSendsTwoRequestsAndClosesItsSendingSide_getsBothAnswers() throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend)) {
            for (int round = 0; round < 20; round++) {
                try (Client client = proxy.connect()) {
                    client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
                    client.socket.shutdownOutput();
                    assertThat(client.readAll().split("HTTP/1.1 200 OK", -1)).hasSize(3);
                }
            }
        }
    }

    private static String forwarded(String request) throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(backend);
                Client client = proxy.connect()) {
            assertThat(client.send(request).readResponse()).startsWith("HTTP/1.1 200 OK\r\n");
            return backend.requests.getFirst();
        }
    }
}
