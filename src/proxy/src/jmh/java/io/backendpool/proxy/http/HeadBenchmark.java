package io.backendpool.proxy.http;

import io.backendpool.pool.HttpSettings;
import io.backendpool.proxy.upstream.ClientUpstreams;
import io.backendpool.proxy.upstream.LoopPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a head costs an event loop: its end found, parsed, written as it is forwarded. With {@code -prof gc} the goal is 0 bytes
 * an operation: {@code bench/jmh proxy -- HeadBenchmark -prof gc}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-Djmh.executor=CUSTOM",
            "-Djmh.executor.class=io.backendpool.proxy.http.HeadBenchmark$Loops",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"
        })
public class HeadBenchmark {
    /** Threads like those of event loops: with them, Netty keeps what it uses again. */
    public static final class Loops extends ThreadPoolExecutor {
        /** As JMH asks for it. */
        public Loops(int threads, String name) {
            super(threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new DefaultThreadFactory(name));
        }
    }

    /** As a browser sends it. */
    private final ByteBuf request =
            direct("GET /catalogue/shoes?size=42&colour=blue HTTP/1.1\r\nHost: shop.example.com\r\n"
                    + "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
                    + "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n"
                    + "Accept-Encoding: gzip, deflate, br, zstd\r\nConnection: keep-alive\r\nCookie: session=4f2a9c1e; theme=dark\r\n"
                    + "Upgrade-Insecure-Requests: 1\r\nPriority: u=0, i\r\n\r\n");

    private final ByteBuf response =
            direct("HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Thu, 26 Nov 2026 13:00:00 GMT\r\n"
                    + "Content-Type: text/html; charset=utf-8\r\nContent-Length: 69\r\nConnection: keep-alive\r\n"
                    + "Cache-Control: max-age=60\r\nETag: \"65f1c2d3-45\"\r\n\r\n");

    private final ByteBuf read = Unpooled.directBuffer(response.writerIndex());

    private final RequestHead requestHead = new RequestHead();
    private final ResponseHead responseHead = new ResponseHead();
    private final HeadEditor editor = new HeadEditor(new RequestIds(new SplittableRandom(1)));
    private final Client client = new Client();

    private static ByteBuf direct(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return Unpooled.directBuffer(bytes.length).writeBytes(bytes);
    }

    @Benchmark
    public int requestEnd() {
        return HeadEnd.find(request, 0, 0);
    }

    @Benchmark
    public boolean requestParse() {
        return requestHead.parse(request, 0, request.writerIndex(), 8_192);
    }

    @Benchmark
    public int requestParseAndEdit() {
        requestHead.parse(request, 0, request.writerIndex(), 8_192);
        return release(editor.request(requestHead, HttpSettings.DEFAULT, client));
    }

    @Benchmark
    public boolean responseParse() {
        return responseHead.parse(response, 0, response.writerIndex(), false);
    }

    /** What is read from a backend is written over where it lies; so it is put there first, which costs some of this. */
    @Benchmark
    public int responseParseAndEdit() {
        int length = response.writerIndex();
        read.setIndex(0, length).setBytes(0, response, 0, length);
        responseHead.parse(read, 0, length, false);
        ByteBuf longer = editor.response(
                read,
                client.allocator(),
                responseHead,
                HttpSettings.DEFAULT,
                HeadEditor.Connection.IMPLICIT,
                false,
                false);
        return longer == null ? read.readableBytes() : release(longer);
    }

    private static int release(ByteBuf head) {
        int length = head.readableBytes();
        head.release();
        return length;
    }

    /** What the editor asks of a client. */
    private static final class Client implements Downstream {
        private final byte[] address = "203.0.113.7".getBytes(StandardCharsets.US_ASCII);
        private final byte[] authority = "10.0.0.1:8080".getBytes(StandardCharsets.US_ASCII);
        private final byte[] port = "8080".getBytes(StandardCharsets.US_ASCII);

        @Override
        public ByteBufAllocator allocator() {
            return ByteBufAllocator.DEFAULT;
        }

        @Override
        public String address() {
            return "203.0.113.7";
        }

        @Override
        public byte[] addressBytes() {
            return address;
        }

        @Override
        public InetAddress source() {
            return InetAddress.ofLiteral("203.0.113.7");
        }

        @Override
        public @Nullable String serverName() {
            return null;
        }

        @Override
        public byte[] localAuthority() {
            return authority;
        }

        @Override
        public byte[] localPort() {
            return port;
        }

        @Override
        public boolean isSecure() {
            return false;
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void flush() {}

        @Override
        public ClientUpstreams upstreams() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Relay relay(RequestFacts facts, LoopPolicy policy, Relay.@Nullable Judge judge) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void requestWanted() {}

        @Override
        public void endOutput() {}

        @Override
        public void exchangeEnded(boolean keep) {}

        @Override
        public void reply(Reply reply, boolean toHead, boolean keep) {}

        @Override
        public void cut() {}
    }
}
