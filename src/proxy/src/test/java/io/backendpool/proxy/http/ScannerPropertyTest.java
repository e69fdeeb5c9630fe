package io.backendpool.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** The scanners agree with a slow and obvious reference, however the input is split into reads. */
class ScannerPropertyTest {
    /** Pieces of which most messages are nearly right, so that errors are near what is right. */
    private static final List<String> HEAD_PIECES = List.of(
            "X: a\r\n",
            "Host:b\r\n",
            "X-Y:  \t \r\n",
            "X",
            ":",
            ": ",
            "a",
            " ",
            "\t",
            "\r\n",
            "\r\n",
            "\r",
            "\n",
            "\u0000",
            "\u00e4",
            "@",
            "-b",
            "\u007f");

    private static final List<String> CHUNK_PIECES = List.of(
            "0\r\n",
            "3\r\nabc\r\n",
            "3\r\nabc",
            "\r\n",
            "\r\n",
            "0\r\n\r\n",
            ";x=y",
            "A",
            "1",
            "\r",
            "\n",
            " ",
            "X-T: 1\r\n",
            "Host: x\r\n",
            "00",
            "0;e\r\n",
            "g");

    @Provide
    Arbitrary<String> headText() {
        return Arbitraries.of(HEAD_PIECES).list().ofMaxSize(20).map(pieces -> String.join("", pieces));
    }

    @Provide
    Arbitrary<String> chunkText() {
        return Arbitraries.of(CHUNK_PIECES).list().ofMaxSize(8).map(pieces -> String.join("", pieces) + "0\r\n\r\n");
    }

    private static ByteBuf buffer(String text) {
        return Unpooled.wrappedBuffer(Wire.bytes(text));
    }

    @Property(tries = 3000)
    void fields_areAcceptedExactlyWhenWellFormed(@ForAll("headText") String section) {
        ByteBuf in = buffer("GET / HTTP/1.0\r\n" + section + "\r\n");
        int end = HeadEnd.find(in, 0, 0);
        boolean expected = ReferenceParser.fieldsAreWellFormed(section);
        // An empty line inside ends the head earlier: that is another text.
        boolean whole = end == in.writerIndex();
        boolean accepted = whole && parsesFields(in, end);
        assertThat(accepted).isEqualTo(expected);
    }

    private static boolean parsesFields(ByteBuf in, int end) {
        RequestHead head = new RequestHead();
        head.load(in, 0, end);
        return head.parseFields("GET / HTTP/1.0\r\n".length());
    }

    @Property(tries = 2000)
    void headEnd_isTheSameForAllSplits(@ForAll("headText") String text, @ForAll @IntRange(min = 1, max = 7) int step) {
        ByteBuf whole = buffer(text);
        int expected = HeadEnd.find(whole, 0, 0);
        int found = HeadEnd.INCOMPLETE;
        int searched = 0;
        for (int length = Math.min(step, text.length());
                found == HeadEnd.INCOMPLETE;
                length = Math.min(length + step, text.length())) {
            ByteBuf part = whole.duplicate().writerIndex(length);
            found = HeadEnd.find(part, 0, searched);
            searched = length;
            if (length == text.length()) {
                break;
            }
        }
        assertThat(found).isEqualTo(expected);
    }

    @Property(tries = 3000)
    void chunkedBody_endsWhereTheReferenceSays(@ForAll("chunkText") String text) {
        ByteBuf in = buffer(text);
        ChunkedScanner scanner = new ChunkedScanner(65_536);
        int end = scanner.scan(in, 0, in.writerIndex(), null);
        assertThat(scanner.done() ? end : -1).isEqualTo(ReferenceParser.chunkedLength(text));
    }

    @Property(tries = 2000)
    void chunkedBody_isTheSameForAllSplits(
            @ForAll("chunkText") String text, @ForAll @IntRange(min = 1, max = 7) int step) {
        Scan whole = scan(text, Integer.MAX_VALUE);
        assertThat(scan(text, step)).isEqualTo(whole);
    }

    private record Scan(int end, String data) {}

    private static Scan scan(String text, int step) {
        ByteBuf in = buffer(text);
        ChunkedScanner scanner = new ChunkedScanner(65_536);
        StringBuilder data = new StringBuilder();
        int at = 0;
        while (at < text.length() && !scanner.done()) {
            int to = (int) Math.min((long) at + step, text.length());
            at = scanner.scan(in, at, to, (bytes, from, until) -> data.append(text, from, until));
            if (at == ChunkedScanner.MALFORMED) {
                // How much was delivered before the error depends on nothing but the bytes.
                return new Scan(-1, data.toString());
            }
        }
        return new Scan(scanner.done() ? at : -2, data.toString());
    }

    @Property(tries = 2000)
    void anyBytes_neverBreakTheParsers(@ForAll byte[] bytes) {
        ByteBuf in = Unpooled.buffer().writeBytes(bytes).writeBytes(Wire.bytes("\r\n\r\n"));
        int end = HeadEnd.find(in, 0, 0);
        if (end > 0) {
            RequestHead request = new RequestHead();
            assertThat(request.parse(in, 0, end, 1000) || request.problem != null)
                    .isTrue();
            ResponseHead response = new ResponseHead();
            assertThat(response.parse(in, 0, end, false) || response.problem != null)
                    .isTrue();
        }
    }
}
