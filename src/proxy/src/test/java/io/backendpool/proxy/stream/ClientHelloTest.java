package io.backendpool.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
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

/** The parser agrees with a slow and obvious reference: on real ClientHellos, on broken ones, and however they are cut. */
class ClientHelloTest {
    private static ClientHello.Result parse(byte[] bytes) {
        return ClientHello.parse(Unpooled.wrappedBuffer(bytes));
    }

    private static String said(byte[] bytes) {
        return switch (parse(bytes)) {
            case ClientHello.Incomplete(int needed) -> {
                assertThat(needed).isGreaterThan(bytes.length);
                yield "incomplete";
            }
            case ClientHello.Malformed unused -> "malformed";
            case ClientHello.Hello(String name) -> "hello " + name;
        };
    }

    private static void assertAgrees(byte[] bytes) {
        assertThat(said(bytes)).as(HelloBytes.hex(bytes)).isEqualTo(ReferenceHello.read(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void realClient_isRead_fromEachCutOn(String protocol) throws Exception {
        byte[] hello = HelloBytes.ofJdk("Shop.Example.com", protocol);
        assertThat(parse(hello)).isEqualTo(new ClientHello.Hello("shop.example.com"));
        for (int length = 0; length < hello.length; length++) {
            assertThat(said(Arrays.copyOf(hello, length))).isEqualTo("incomplete");
        }
        assertThat(parse(HelloBytes.ofJdk(null, protocol))).isEqualTo(new ClientHello.Hello(null));
    }

    @Test
    void realClient_inRecordsOfAnySize_isTheSame() throws Exception {
        byte[] message = HelloBytes.messageOf(HelloBytes.ofJdk("shop.example.com", "TLSv1.3", "TLSv1.2"));
        for (int size : List.of(1, 2, 3, 4, 5, 7, 100, message.length - 1, message.length)) {
            byte[] records = HelloBytes.records(message, size);
            assertThat(parse(records)).isEqualTo(new ClientHello.Hello("shop.example.com"));
            assertAgrees(Arrays.copyOf(records, records.length - 1));
        }
    }

    @Test
    void needed_leadsToTheEnd_inFewSteps() throws Exception {
        byte[] hello = HelloBytes.ofJdk("shop.example.com", "TLSv1.3");
        int length = 1;
        int steps = 0;
        while (parse(Arrays.copyOf(hello, length)) instanceof ClientHello.Incomplete(int needed)) {
            length = needed;
            steps++;
        }
        assertThat(length).isEqualTo(hello.length);
        assertThat(steps).isLessThanOrEqualTo(4);
    }

    @Test
    void whatIsBehindTheMessage_isOfNoInterest() throws Exception {
        byte[] hello = HelloBytes.ofJdk("a.example", "TLSv1.3");
        byte[] more = Arrays.copyOf(hello, hello.length + 100);
        assertThat(parse(more)).isEqualTo(new ClientHello.Hello("a.example"));
    }

    @Test
    void alert_saysWhatIsWrong() {
        assertThat(parse("GET / HTTP/1.1\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .isEqualTo(new ClientHello.Malformed(ClientHello.UNEXPECTED_MESSAGE));
        assertThat(parse(new byte[] {22, 2})).isEqualTo(new ClientHello.Malformed(ClientHello.PROTOCOL_VERSION));
        assertThat(parse(new byte[] {22, 3, 1, 0, 0}))
                .isEqualTo(new ClientHello.Malformed(ClientHello.UNEXPECTED_MESSAGE));
        assertThat(parse(new byte[] {22, 3, 1, 0x40, 1}))
                .isEqualTo(new ClientHello.Malformed(ClientHello.RECORD_OVERFLOW));
        assertThat(parse(new byte[] {22, 3, 1, 0, 100, 2}))
                .isEqualTo(new ClientHello.Malformed(ClientHello.UNEXPECTED_MESSAGE));
        assertThat(parse(new byte[] {22, 3, 1, 0x30, 0, 1, 0, 0x40, 0}))
                .as("longer than 16 KiB")
                .isEqualTo(new ClientHello.Malformed(ClientHello.DECODE_ERROR));
        assertThat(parse(HelloBytes.with(HelloBytes.serverName("a"), HelloBytes.serverName("b"))))
                .isEqualTo(new ClientHello.Malformed(ClientHello.ILLEGAL_PARAMETER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a.", ".a", "a..b", "a b", "2001:db8::1", "a\u0000.example", "\u00e4.example"})
    void whatIsNoHostName_isRefused(String name) {
        byte[] hello = HelloBytes.with(HelloBytes.serverName(name));
        assertThat(parse(hello)).isInstanceOf(ClientHello.Malformed.class);
        assertAgrees(hello);
    }

    @Test
    void lengthsOfNames_areThoseOfDns() {
        String label = "a".repeat(63);
        for (String name : List.of(
                label,
                label + "a",
                "a." + label,
                String.join(".", label, label, label, "b".repeat(61)),
                String.join(".", label, label, label, "b".repeat(62)))) {
            assertAgrees(HelloBytes.with(HelloBytes.serverName(name)));
        }
    }

    /** Breaks a right ClientHello in a few places, cuts it, and splits it in records. */
    @Property(tries = 5000)
    void brokenHellos_areJudgedAsTheReferenceDoes(
            @ForAll long seed, @ForAll @IntRange(max = 6) int breaks, @ForAll boolean cut) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        byte[] hello = HelloBytes.with(
                HelloBytes.extension(10, new byte[random.nextInt(6)]),
                random.nextInt(4) == 0
                        ? HelloBytes.serverName("a.example", "b.example")
                        : HelloBytes.serverName("shop.example"),
                random.nextInt(4) == 0
                        ? HelloBytes.serverName("c.example")
                        : HelloBytes.extension(0xfe0d, new byte[random.nextInt(9)]));
        if (random.nextBoolean()) {
            hello = HelloBytes.records(HelloBytes.messageOf(hello), 1 + random.nextInt(60));
        }
        for (int i = 0; i < breaks; i++) {
            // Small changes of lengths, types and names are what is near to right.
            int at = random.nextInt(hello.length);
            hello[at] = (byte) (random.nextBoolean() ? hello[at] + random.nextInt(-2, 3) : random.nextInt(256));
        }
        assertAgrees(cut ? Arrays.copyOf(hello, random.nextInt(hello.length + 1)) : hello);
    }

    @Property(tries = 3000)
    void anyBytes_areJudgedAsTheReferenceDoes(@ForAll byte[] bytes) {
        assertAgrees(bytes);
        byte[] record = new byte[bytes.length + 5];
        System.arraycopy(bytes, 0, record, 5, bytes.length);
        record[0] = 22;
        record[1] = 3;
        record[4] = (byte) Math.min(bytes.length, 100);
        if (bytes.length > 0) {
            record[5] = 1;
        }
        assertAgrees(record);
    }

    @Test
    void longHellos_areBounded() {
        for (int size : List.of(10_000, 16_000, 16_300, 16_320, 16_330, 16_384, 20_000)) {
            byte[] hello =
                    HelloBytes.with(HelloBytes.extension(21, new byte[size]), HelloBytes.serverName("a.example"));
            assertAgrees(hello);
            assertAgrees(Arrays.copyOf(hello, 5_000));
        }
        byte[] tiny =
                HelloBytes.records(HelloBytes.messageOf(HelloBytes.with(HelloBytes.extension(21, new byte[4000]))), 1);
        assertThat(said(tiny)).as("%d bytes of records", tiny.length).isEqualTo("malformed");
    }
}
