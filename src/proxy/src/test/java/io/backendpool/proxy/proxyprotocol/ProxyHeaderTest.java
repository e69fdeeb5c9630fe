package io.backendpool.proxy.proxyprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.BackendGroup.ProxyProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is read again, and what is read is judged as a slow and obvious reference does. */
class ProxyHeaderTest {
    private static ClientEnds ends(String source, int sourcePort, String destination, int destinationPort) {
        return new ClientEnds(
                new InetSocketAddress(InetAddress.ofLiteral(source), sourcePort),
                new InetSocketAddress(InetAddress.ofLiteral(destination), destinationPort));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] written(ProxyProtocol version, ClientEnds client) {
        ByteBuf header = ProxyHeader.of(version, client);
        return ByteBufUtil.getBytes(header);
    }

    private static String said(byte[] bytes) {
        return switch (ProxyHeaderParser.parse(Unpooled.wrappedBuffer(bytes))) {
            case ProxyHeaderParser.Incomplete() -> "incomplete";
            case ProxyHeaderParser.Malformed(String problem) -> {
                assertThat(problem).isNotEmpty();
                yield "malformed";
            }
            case ProxyHeaderParser.Header(int length, ClientEnds ends) ->
                ends == null ? length + " own" : length + " " + said(ends.source()) + " " + said(ends.destination());
        };
    }

    private static String said(InetSocketAddress end) {
        return end.getAddress().getHostAddress() + " " + end.getPort();
    }

    private static void assertAgrees(byte[] bytes) {
        assertThat(said(bytes)).as(ByteBufUtil.hexDump(bytes)).isEqualTo(ReferenceHeader.read(bytes));
    }

    @Test
    void version1_isTheLineOfTheSpecification() {
        assertThat(written(ProxyProtocol.V1, ends("192.0.2.7", 56_324, "198.51.100.1", 443)))
                .isEqualTo(bytes("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n"));
        assertThat(written(ProxyProtocol.V1, ends("2001:db8::7", 1, "2001:db8::1", 65_535)))
                .isEqualTo(bytes("PROXY TCP6 2001:db8:0:0:0:0:0:7 2001:db8:0:0:0:0:0:1 1 65535\r\n"));
        assertThat(written(ProxyProtocol.V1, ends("192.0.2.7", 1, "2001:db8::1", 2)))
                .isEqualTo(bytes("PROXY TCP6 ::ffff:192.0.2.7 2001:db8:0:0:0:0:0:1 1 2\r\n"));
        assertThat(written(ProxyProtocol.NONE, ends("192.0.2.7", 1, "192.0.2.8", 2)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.7 198.51.100.1", "2001:db8::7 2001:db8::1", "192.0.2.7 2001:db8::1"})
    void whatIsWritten_isReadAgain_fromTheLastByteOn(String addresses) {
        String[] pair = addresses.split(" ", -1);
        ClientEnds client = ends(pair[0], 50_000, pair[1], 443);
        for (ProxyProtocol version : List.of(ProxyProtocol.V1, ProxyProtocol.V2)) {
            byte[] header = written(version, client);
            for (int length = 0; length < header.length; length++) {
                assertThat(said(Arrays.copyOf(header, length))).isEqualTo("incomplete");
            }
            byte[] more = Arrays.copyOf(header, header.length + 3);
            assertThat(ProxyHeaderParser.parse(Unpooled.wrappedBuffer(more)))
                    .isEqualTo(new ProxyHeaderParser.Header(header.length, client));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n",
                "PROXY TCP4 192.0.2.7 192.0.2.8 1 2\n",
                "PROXY  TCP4 192.0.2.7 192.0.2.8 1 2\r\n",
                "PROXY TCP4 192.0.2.7 192.0.2.8 1 2 \r\n",
                "PROXY TCP4 192.0.2.07 192.0.2.8 1 2\r\n",
                "PROXY TCP4 192.0.2 192.0.2.8 1 2\r\n",
                "PROXY TCP4 192.0.2.7 192.0.2.8 01 2\r\n",
                "PROXY TCP4 192.0.2.7 192.0.2.8 1 65536\r\n",
                "PROXY TCP4 192.0.2.7 192.0.2.8 -1 2\r\n",
                "PROXY TCP4 ::1 ::1 1 2\r\n",
                "PROXY TCP6 192.0.2.7 192.0.2.8 1 2\r\n",
                "PROXY TCP6 fe80::1%lo ::1 1 2\r\n",
                "PROXY UDP4 192.0.2.7 192.0.2.8 1 2\r\n",
                "PROXY \r\n",
                "PROXY UNKNOWNX\r\n",
                "PROXY UNKNOWN \0\r\n",
                "proxy TCP4 192.0.2.7 192.0.2.8 1 2\r\n"
            })
    void whatIsNotExactlyALine_isMalformed(String text) {
        assertThat(said(bytes(text))).isEqualTo("malformed");
        assertAgrees(bytes(text));
    }

    @Test
    void bounds_areThoseOfTheSpecification() {
        String longest = "PROXY UNKNOWN " + "x".repeat(107 - 16) + "\r\n";
        assertThat(said(bytes(longest))).isEqualTo("107 own");
        assertThat(said(bytes("PROXY UNKNOWN " + "x".repeat(107 - 15) + "\r\n")))
                .isEqualTo("malformed");
        byte[] header = Arrays.copyOf(written(ProxyProtocol.V2, ends("192.0.2.7", 1, "192.0.2.8", 2)), 600);
        header[14] = (byte) (520 >> 8);
        header[15] = (byte) 520;
        assertThat(said(header)).isEqualTo("536 192.0.2.7 1 192.0.2.8 2");
        header[15]++;
        assertThat(said(header)).isEqualTo("malformed");
    }

    @Test
    void local_isOfTheProxyItself() {
        byte[] header = written(ProxyProtocol.V2, ends("192.0.2.7", 1, "192.0.2.8", 2));
        header[12] = 0x20;
        assertThat(said(header)).isEqualTo("28 own");
    }

    @Property(tries = 5000)
    void brokenHeaders_areJudgedAsTheReferenceDoes(
            @ForAll long seed, @ForAll @IntRange(max = 4) int breaks, @ForAll boolean cut) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        String[] addresses = {"192.0.2.7", "2001:db8::7", "10.0.0.255", "::1"};
        ClientEnds client = ends(
                addresses[random.nextInt(4)],
                random.nextInt(65_536),
                addresses[random.nextInt(4)],
                random.nextInt(65_536));
        byte[] header = written(random.nextBoolean() ? ProxyProtocol.V1 : ProxyProtocol.V2, client);
        header = Arrays.copyOf(header, header.length + random.nextInt(8));
        byte[] likely = bytes(" .:0129afTCPU\r\n\0!\u0011");
        for (int i = 0; i < breaks; i++) {
            header[random.nextInt(header.length)] = likely[random.nextInt(likely.length)];
        }
        assertAgrees(cut ? Arrays.copyOf(header, random.nextInt(header.length + 1)) : header);
    }

    @Property(tries = 2000)
    void anyBytes_areJudgedAsTheReferenceDoes(@ForAll byte[] bytes) {
        assertAgrees(bytes);
    }
}
