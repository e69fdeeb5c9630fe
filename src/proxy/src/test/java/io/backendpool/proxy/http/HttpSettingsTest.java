package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.HttpSettings;
import io.backendpool.pool.HttpSettings.Forwarding;
import io.backendpool.pool.HttpSettings.RequestId;
import io.backendpool.proxy.traffic.AccessRecord;
import io.backendpool.proxy.upstream.ProxyLimits;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is added to requests and responses, and what of a client's word is kept. */
@SuppressWarnings("StringConcatToTextBlock") // line ends are part of what is tested, and are written out
class HttpSettingsTest {
    private static final Set<Forwarding> X = EnumSet.of(Forwarding.X_FORWARDED);
    private static final Set<Forwarding> STANDARD = EnumSet.of(Forwarding.FORWARDED);
    private static final String CLAIMS = "X-Forwarded-For: 10.0.0.1\r\nx-forwarded-for: 10.0.0.2\r\n"
            + "X-Forwarded-Proto: https\r\nX-Forwarded-Host: shop\r\nX-Forwarded-Port: 443\r\n"
            + "Forwarded: for=10.0.0.3\r\n";

    private static HttpSettings settings(Set<Forwarding> forwarding, int trustedHops) {
        return new HttpSettings(forwarding, trustedHops, null, RequestId.KEEP);
    }

    private static String forwarded(HttpSettings settings, String fields) throws Exception {
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.to(Policies.with(settings), backend);
                Client client = proxy.connect()) {
            String request = "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
            assertThat(client.send(request).readResponse()).startsWith("HTTP/1.1 200 OK\r\n");
            return backend.requests.getFirst();
        }
    }

    @Test
    void claimsOfAClient_areDropped() throws Exception {
        String forwarded = forwarded(settings(X, 0), CLAIMS);
        assertThat(forwarded)
                .contains("X-Forwarded-For: 127.0.0.1\r\n", "X-Forwarded-Proto: http\r\n", "X-Forwarded-Host: a\r\n")
                .containsPattern("X-Forwarded-Port: \\d+\r\n")
                .doesNotContain("10.0.0.", "https", "shop", "\r\nForwarded", "x-forwarded-for");
        // The free port that the test got may have these digits, too.
        assertThat(forwarded.replaceFirst("X-Forwarded-Port: (?!443\r)\\d+\r\n", ""))
                .doesNotContain("443");
    }

    /** CGI and WSGI make '-' and '_' one: a backend would take these for what the proxy says. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "X_Forwarded_For: 10.0.0.1",
                "x-forwarded_for: 10.0.0.1",
                "X_FORWARDED-PROTO: https",
                "X_Forwarded_Host: shop",
                "X_Forwarded_Port: 443",
                "X_Request_Id: a",
                "Content_Length: 5",
                "Transfer_Encoding: chunked",
                "Connection: X_Forwarded_For\r\nX_Forwarded_For: 10.0.0.1"
            })
    void lookalikes_areDropped_trustedOrNot(String fields) throws Exception {
        for (int hops = 0; hops < 2; hops++) {
            assertThat(forwarded(settings(X, hops), fields + "\r\n"))
                    .doesNotContain("_")
                    .contains("X-Forwarded-For: 127.0.0.1\r\n", "X-Forwarded-Host: a\r\n");
        }
    }

    @Test
    void otherUnderscores_pass() throws Exception {
        String fields = "X_Custom: 1\r\nx_forwarded_foo: 2\r\nX_Forwarded_Four: 3\r\nsec_websocket_key: 4\r\n";
        assertThat(forwarded(settings(X, 0), fields)).contains(fields);
    }

    @Test
    void claimsOfATrustedProxy_areKeptAndAddedTo() throws Exception {
        assertThat(forwarded(settings(X, 1), CLAIMS))
                .contains("X-Forwarded-For: 10.0.0.1, 10.0.0.2, 127.0.0.1\r\n")
                .contains("X-Forwarded-Proto: https\r\n", "X-Forwarded-Host: shop\r\n", "X-Forwarded-Port: 443\r\n")
                .contains("Forwarded: for=10.0.0.3\r\n")
                .doesNotContain("x-forwarded-for", "X-Forwarded-Proto: http\r\n", "X-Forwarded-Host: a");
    }

    @Test
    void forwarded_isOneFieldOfAllElements() throws Exception {
        assertThat(forwarded(
                        settings(STANDARD, 1), "Forwarded: for=10.0.0.3\r\nforwarded: for=\"[2001:db8::1]:80\"\r\n"))
                .contains("Forwarded: for=10.0.0.3, for=\"[2001:db8::1]:80\", for=127.0.0.1;host=\"a\";proto=http\r\n")
                .doesNotContain("X-Forwarded", "\r\nforwarded:");
        assertThat(forwarded(settings(STANDARD, 0), CLAIMS))
                .contains("\r\nForwarded: for=127.0.0.1;host=\"a\";proto=http\r\n")
                .doesNotContain("10.0.0.", "X-Forwarded");
    }

    @Test
    void forwarded_quotesIpv6() throws Exception {
        HttpSettings both = settings(EnumSet.allOf(Forwarding.class), 0);
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = Proxy.on("::1", Policies.with(both), backend);
                Client client = new Client(InetAddress.ofLiteral("::1"), proxy.port())) {
            client.send("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n").readResponse();
            assertThat(backend.requests.getFirst())
                    .contains("Forwarded: for=\"[::1]\";host=\"[::1]:80\";proto=http\r\n")
                    .contains("X-Forwarded-For: ::1\r\n");
        }
    }

    @Test
    void nothing_isAddedWhereNothingIsAskedFor() throws Exception {
        assertThat(forwarded(settings(Set.of(), 0), CLAIMS)).doesNotContain("orwarded");
        assertThat(forwarded(settings(Set.of(), 2), CLAIMS)).contains(CLAIMS);
    }

    @Test
    void via_isAddedInBothDirections_withTheVersionThatCame() throws Exception {
        HttpSettings settings = new HttpSettings(X, 0, "edge", RequestId.KEEP);
        assertThat(forwarded(settings, "Via: 1.0 inner\r\n")).contains("Via: 1.0 inner\r\n", "Via: 1.1 edge\r\n");
        try (Backend backend =
                        Backend.sendingAndClosing("HTTP/1.0 200 OK\r\nVia: 1.1 inner\r\nContent-Length: 2\r\n\r\nok");
                Proxy proxy = Proxy.to(Policies.with(settings), backend);
                Client client = proxy.connect()) {
            assertThat(client.send("GET / HTTP/1.0\r\n\r\n").readAll())
                    .contains("Via: 1.1 inner\r\n", "Via: 1.0 edge\r\n")
                    .endsWith("\r\n\r\nok");
            assertThat(backend.requests.getFirst()).contains("Via: 1.0 edge\r\n");
        }
    }

    @Test
    void requestId_isKeptOrReplaced() throws Exception {
        assertThat(forwarded(settings(X, 0), "X-Request-Id: abc-1\r\n")).contains("X-Request-Id: abc-1\r\n");
        HttpSettings replacing = new HttpSettings(X, 0, null, RequestId.REPLACE);
        assertThat(forwarded(replacing, "X-Request-Id: abc-1\r\n"))
                .containsPattern("\r\nX-Request-Id: [0-9a-f]{32}\r\n")
                .doesNotContain("abc-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\"b", "<script>", "\u00e4", "a,b", "OVERLONG"})
    void requestId_thatCouldHarmALog_isReplaced(String id) throws Exception {
        String sent = id.equals("OVERLONG") ? "x".repeat(129) : id;
        assertThat(forwarded(settings(X, 0), "X-Request-Id: " + sent + "\r\n"))
                .containsOnlyOnce("X-Request-Id: ")
                .containsPattern("\r\nX-Request-Id: [0-9a-f]{32}\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | X-Forwarded-For: 198.51.100.9 | 127.0.0.1",
                "1 | X-Forwarded-For: 198.51.100.9, 203.0.113.7 | 203.0.113.7",
                "2 | X-Forwarded-For: 198.51.100.9, 203.0.113.7 | 198.51.100.9",
                "3 | X-Forwarded-For: 198.51.100.9, 203.0.113.7 | 127.0.0.1",
                "1 | X-Forwarded-For: 203.0.113.7:4711 | 203.0.113.7",
                "1 | X-Forwarded-For: [2001:db8::1]:4711 | 2001:db8::1",
                "1 | X-Forwarded-For: 2001:db8::1 | 2001:db8::1",
                "1 | X-Forwarded-For: unknown | 127.0.0.1",
                "1 | X-Forwarded-For: , 203.0.113.7 , | 203.0.113.7",
                "1 | X-Other: 1 | 127.0.0.1",
            })
    void clientInTheLog_isTheTrustedHopsFromTheEnd(int hops, String field, String client) throws Exception {
        assertThat(logged(settings(X, hops), field)).isEqualTo(client);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | Forwarded: for=198.51.100.9;proto=http, For=\"[2001:db8::1]:80\";by=x | 2001:db8::1",
                "2 | Forwarded: for=198.51.100.9, for=\"_a,b\";by=x | 198.51.100.9",
                "1 | Forwarded: for=_hidden | 127.0.0.1",
                "1 | Forwarded: proto=http | 127.0.0.1",
            })
    void clientInTheLog_mayComeFromForwarded(int hops, String field, String client) throws Exception {
        assertThat(logged(settings(STANDARD, hops), field)).isEqualTo(client);
    }

    private static @Nullable String logged(HttpSettings settings, String field) throws Exception {
        BlockingQueue<AccessRecord> log = new LinkedBlockingQueue<>();
        try (Backend backend = Backend.answering("ok");
                Proxy proxy = new Proxy(ProxyLimits.defaults(), log::add, 1).policy(Policies.with(settings));
                Client client = proxy.connect()) {
            proxy.publish(backend.port());
            client.send("GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n").readResponse();
            AccessRecord entry = log.poll(10, TimeUnit.SECONDS);
            return entry == null ? null : entry.client();
        }
    }
}
