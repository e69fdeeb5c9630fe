package io.backendpool.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.BackendGroup;
import io.backendpool.proxy.http.Backend;
import io.backendpool.proxy.http.Proxy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9113, 6.8: a backend takes its connection back while calls are under way on it. */
class GoAwayTest {
    private static final int FIRST = BackendHttp2Test.FIRST;
    private static final int SECOND = FIRST + 2;
    private static final int ANY = Integer.MAX_VALUE;

    /** What a backend does with one connection's frames. */
    private interface OnFrame {
        void frame(Backend.Connection connection, Http2Client.Frame frame) throws IOException;
    }

    private final List<Backend.Connection> connections = new CopyOnWriteArrayList<>();

    /** The first connection is one of {@code first}, those after it are one of {@code then}. */
    private Backend backend(OnFrame first, OnFrame then) throws IOException {
        return Backend.of(connection -> {
            connections.add(connection);
            OnFrame script = connections.getFirst() == connection ? first : then;
            InputStream in = connection.socket.getInputStream();
            in.readNBytes(Http2Client.PREFACE.length());
            BackendHttp2Test.send(connection, Http2Client.SETTINGS, 0, 0);
            for (Http2Client.Frame frame = Http2Client.Frame.next(in);
                    frame != null;
                    frame = Http2Client.Frame.next(in)) {
                if (frame.type() == Http2Client.HEADERS || frame.type() == Http2Client.DATA) {
                    String text = frame.type() == Http2Client.DATA
                            ? new String(frame.payload(), StandardCharsets.ISO_8859_1)
                            : "HEADERS";
                    // The end may come in a frame of its own.
                    if (!text.isEmpty()) {
                        connection.note((connections.indexOf(connection) + 1) + "/" + frame.stream() + " " + text);
                    }
                    script.frame(connection, frame);
                }
            }
        });
    }

    /** Answers at the request's end. */
    private static void answer(Backend.Connection connection, Http2Client.Frame frame) throws IOException {
        if (frame.has(Http2Client.END_STREAM)) {
            BackendHttp2Test.ok(connection, frame.stream());
        }
    }

    /** Gives back what the call sends, and ends with it. */
    private static void echo(Backend.Connection connection, Http2Client.Frame frame) throws IOException {
        if (frame.type() == Http2Client.HEADERS) {
            BackendHttp2Test.send(
                    connection,
                    Http2Client.HEADERS,
                    Http2Client.END_HEADERS,
                    frame.stream(),
                    BackendHttp2Test.block(":status", "200", "content-type", "application/grpc"));
            return;
        }
        BackendHttp2Test.send(connection, Http2Client.DATA, 0, frame.stream(), frame.payload());
        if (frame.has(Http2Client.END_STREAM)) {
            BackendHttp2Test.send(
                    connection,
                    Http2Client.HEADERS,
                    Http2Client.END_HEADERS | Http2Client.END_STREAM,
                    frame.stream(),
                    BackendHttp2Test.block("grpc-status", "0"));
        }
    }

    private static void goAway(Backend.Connection connection, int last, int code) throws IOException {
        BackendHttp2Test.send(connection, Http2Client.GOAWAY, 0, 0, Http2Client.intBytes(last, code));
    }

    private static Http2Client call(Http2Client client, int stream) throws IOException {
        return client.post(stream, "/", "content-type", "application/grpc", "te", "trailers");
    }

    private static void awaitBody(Http2Client client, int stream, String text) throws IOException {
        while (!client.response(stream).text().equals(text)) {
            assertThat(client.read())
                    .as("at %s", client.response(stream).text())
                    .isNotNull();
        }
    }

    /** NO_ERROR, and ENHANCE_YOUR_CALM: whatever the reason, the last stream says what was looked at. */
    @ParameterizedTest
    @ValueSource(ints = {0, 11})
    void callUpToTheLastStream_goesOnToItsEnd_andOneAboveIsMadeAgainElsewhere(int code) throws Exception {
        try (Backend backend = backend(
                        (connection, frame) -> {
                            if (frame.stream() == FIRST) {
                                echo(connection, frame);
                            } else if (frame.type() == Http2Client.DATA) {
                                goAway(connection, FIRST, code);
                            }
                        },
                        GoAwayTest::answer);
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, backend.port());
                Http2Client client = Http2Client.to(proxy.port())) {
            call(client, 1).data(1, false, "a");
            awaitBody(client, 1, "a");
            // Part of it was taken when the backend turned it down, the rest comes later.
            call(client, 3).data(3, false, "one");
            await().until(() -> backend.requests.contains("2/" + FIRST + " one"));
            client.data(3, true, "two");
            assertThat(client.await(3).text()).isEqualTo("ok");
            client.data(1, false, "b");
            awaitBody(client, 1, "ab");
            call(client, 5).data(5, true, "new");
            assertThat(client.await(5).text()).isEqualTo("ok");
            client.data(1, true, "c");
            assertThat(client.await(1).text()).isEqualTo("abc");
            assertThat(client.response(1).trailer("grpc-status")).isEqualTo("0");
            assertThat(backend.requests)
                    .containsExactly(
                            "1/" + FIRST + " HEADERS",
                            "1/" + FIRST + " a",
                            "1/" + SECOND + " HEADERS",
                            "1/" + SECOND + " one",
                            "2/" + FIRST + " HEADERS",
                            "2/" + FIRST + " one",
                            "2/" + FIRST + " two",
                            "1/" + FIRST + " b",
                            "2/" + SECOND + " HEADERS",
                            "2/" + SECOND + " new",
                            "1/" + FIRST + " c");
            // Nobody needs the old one any more.
            await().until(() -> backend.openConnections() == 1);
        }
    }

    @Test
    void firstOfTwoGoAways_refusesNothing_andTheSecondNamesTheLast() throws Exception {
        try (Backend backend = backend(
                        (connection, frame) -> {
                            if (frame.type() == Http2Client.HEADERS) {
                                goAway(connection, ANY, 0);
                            }
                            echo(connection, frame);
                        },
                        GoAwayTest::answer);
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, backend.port());
                Http2Client client = Http2Client.to(proxy.port())) {
            call(client, 1).data(1, false, "a");
            awaitBody(client, 1, "a");
            call(client, 3).data(3, true, "new");
            assertThat(client.await(3).text()).isEqualTo("ok");
            goAway(connections.getFirst(), FIRST, 0);
            client.data(1, true, "b");
            assertThat(client.await(1).text()).isEqualTo("ab");
            assertThat(client.response(1).trailer("grpc-status")).isEqualTo("0");
            await().until(() -> backend.openConnections() == 1);
        }
    }

    @Test
    void goAway_onAConnectionWithoutStreams_closesIt() throws Exception {
        try (Backend backend = backend(GoAwayTest::answer, GoAwayTest::answer);
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, backend.port());
                Http2Client client = Http2Client.to(proxy.port())) {
            call(client, 1).data(1, true, "a");
            assertThat(client.await(1).text()).isEqualTo("ok");
            goAway(connections.getFirst(), FIRST, 0);
            await().until(() -> backend.openConnections() == 0);
            call(client, 3).data(3, true, "b");
            assertThat(client.await(3).text()).isEqualTo("ok");
            assertThat(connections).hasSize(2);
        }
    }

    /** The backend ends the connection with calls that it has begun: those may have been carried out. */
    @Test
    void connectionThatEndsAfterGoAway_failsWhatItHadLookedAt_andNothingElse() throws Exception {
        try (Backend backend = backend(
                        (connection, frame) -> {
                            if (frame.stream() == SECOND && frame.has(Http2Client.END_STREAM)) {
                                goAway(connection, FIRST, 0);
                                connection.socket.close();
                            }
                        },
                        GoAwayTest::answer);
                Proxy proxy = Proxy.to(BackendGroup.Protocol.H2C, backend.port());
                Http2Client client = Http2Client.to(proxy.port())) {
            call(client, 1).data(1, true, "a");
            await().until(() -> backend.requests.contains("1/" + FIRST + " a"));
            call(client, 3).data(3, true, "b");
            assertThat(client.await(3).text()).isEqualTo("ok");
            assertThat(client.await(1).field("grpc-status")).isEqualTo("14");
            assertThat(backend.requests).doesNotContain("2/" + FIRST + " a");
        }
    }
}
