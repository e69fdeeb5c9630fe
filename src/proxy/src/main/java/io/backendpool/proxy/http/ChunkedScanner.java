package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Follows a chunked body (RFC 9112, 7.1) through any number of reads, strictly: what passes means the same to every
 * recipient. Data is skipped, not looked at. Trailers are checked like header fields.
 */
final class ChunkedScanner {
    /** Takes the data between the framing. */
    interface DataSink {
        void data(ByteBuf in, int from, int to);
    }

    private enum State {
        SIZE_START,
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER_START,
        TRAILER_NAME,
        TRAILER_VALUE,
        TRAILER_LF,
        END_LF,
        DONE
    }

    static final int MALFORMED = -1;
    private static final int MAX_SIZE_DIGITS = 15;
    private static final int MAX_EXTENSION_BYTES = 1024;
    private static final byte[][] FORBIDDEN_TRAILERS = {
        FieldKind.CONTENT_LENGTH.lower,
        FieldKind.TRANSFER_ENCODING.lower,
        FieldKind.HOST.lower,
        FieldKind.CONNECTION.lower,
        "authorization".getBytes(StandardCharsets.US_ASCII)
    };
    private static final int LONGEST_FORBIDDEN = FieldKind.TRANSFER_ENCODING.lower.length;

    private static final byte[] NOTHING = {};

    private final int maxTrailerBytes;
    private final byte[] name = new byte[LONGEST_FORBIDDEN];
    private State state = State.SIZE_START;
    private long size;
    private int digits;
    private int extensionBytes;
    private int trailerBytes;
    private int nameLength;
    private byte @Nullable [] kept;
    private int keptLength;
    private @Nullable String problem;

    ChunkedScanner(int maxTrailerBytes) {
        this.maxTrailerBytes = maxTrailerBytes;
    }

    void keepTrailers() {
        kept = NOTHING;
    }

    /** The trailers of a body that is {@link #done}, where they were to be kept; null: there are none. */
    @Nullable
    Fields trailers() {
        return kept == null || trailerBytes == 0 ? null : Trailers.of(kept, keptLength);
    }

    boolean done() {
        return state == State.DONE;
    }

    /** What is wrong, after {@link #MALFORMED}. */
    String problem() {
        return problem == null ? "malformed chunked body" : problem;
    }

    /**
     * Goes on over {@code in[from, to)}. Returns the index after the last byte of the body, which is {@code to} unless the
     * body ended before, or {@link #MALFORMED}.
     */
    int scan(ByteBuf in, int from, int to, @Nullable DataSink sink) {
        int at = from;
        while (at < to && state != State.DONE) {
            if (state == State.DATA) {
                int run = (int) Math.min(size, to - at);
                if (sink != null) {
                    sink.data(in, at, at + run);
                }
                at += run;
                size -= run;
                if (size == 0) {
                    state = State.DATA_CR;
                }
            } else {
                byte next = in.getByte(at++);
                if (kept != null) {
                    keep(next, kept);
                }
                if (!step(next)) {
                    return MALFORMED;
                }
            }
        }
        return at;
    }

    private void keep(byte b, byte[] soFar) {
        switch (state) {
            case TRAILER_START, TRAILER_NAME, TRAILER_VALUE, TRAILER_LF, END_LF -> {
                byte[] room = keptLength < soFar.length ? soFar : Arrays.copyOf(soFar, Math.max(128, keptLength * 2));
                room[keptLength++] = b;
                kept = room;
            }
            case SIZE_START, SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, DONE -> {}
        }
    }

    private boolean step(byte b) {
        return switch (state) {
            case SIZE_START, SIZE -> size(b);
            case EXTENSION -> extension(b);
            case SIZE_LF -> lineFeed(b, size == 0 ? State.TRAILER_START : State.DATA);
            case DATA_CR -> b == Syntax.CR ? enter(State.DATA_LF) : refuse("a chunk is longer than its size says");
            case DATA_LF -> startChunk(b);
            case TRAILER_START -> trailerStart(b);
            case TRAILER_NAME -> trailerName(b);
            case TRAILER_VALUE -> trailerValue(b);
            case TRAILER_LF -> lineFeed(b, State.TRAILER_START);
            case END_LF -> lineFeed(b, State.DONE);
            case DATA, DONE -> throw new IllegalStateException(state.name());
        };
    }

    private boolean size(byte b) {
        int digit = Syntax.hex(b);
        if (digit >= 0) {
            if (++digits > MAX_SIZE_DIGITS) {
                return refuse("a chunk's size has too many digits");
            }
            size = size << 4 | digit;
            return enter(State.SIZE);
        }
        if (state == State.SIZE_START) {
            return refuse("a chunk's size is not a hexadecimal number (RFC 9112, 7.1)");
        }
        if (b == ';') {
            extensionBytes = 0;
            return enter(State.EXTENSION);
        }
        return b == Syntax.CR
                ? enter(State.SIZE_LF)
                : refuse("a chunk's size is not a hexadecimal number (RFC 9112, 7.1)");
    }

    private boolean extension(byte b) {
        if (b == Syntax.CR) {
            return enter(State.SIZE_LF);
        }
        if (++extensionBytes > MAX_EXTENSION_BYTES) {
            return refuse("a chunk's extension is too long");
        }
        return Syntax.isFieldValue(b) || refuse("a chunk's extension contains a control character");
    }

    private boolean startChunk(byte b) {
        size = 0;
        digits = 0;
        return lineFeed(b, State.SIZE_START);
    }

    private boolean trailerStart(byte b) {
        if (b == Syntax.CR) {
            return enter(State.END_LF);
        }
        nameLength = 0;
        return trailerName(b);
    }

    private boolean trailerName(byte b) {
        if (!countTrailer()) {
            return false;
        }
        if (b == ':' && nameLength > 0) {
            return !forbidden() && enter(State.TRAILER_VALUE);
        }
        if (!Syntax.isToken(b)) {
            return refuse("a trailer field's name is empty or contains a character that is not allowed");
        }
        if (nameLength < name.length) {
            name[nameLength] = b;
        }
        nameLength++;
        return enter(State.TRAILER_NAME);
    }

    /** RFC 9110, 6.5.1: fields for framing, routing and authentication must not come as trailers. */
    private boolean forbidden() {
        for (byte[] forbidden : FORBIDDEN_TRAILERS) {
            if (nameLength == forbidden.length && Syntax.equalsIgnoreCase(name, 0, nameLength, forbidden)) {
                refuse("a trailer field for framing, routing or authentication (RFC 9110, 6.5.1)");
                return true;
            }
        }
        return false;
    }

    private boolean trailerValue(byte b) {
        if (b == Syntax.CR) {
            return enter(State.TRAILER_LF);
        }
        return countTrailer()
                && (Syntax.isFieldValue(b) || refuse("a trailer field's value contains a control character"));
    }

    private boolean countTrailer() {
        return ++trailerBytes <= maxTrailerBytes || refuse("the trailer section is too long");
    }

    private boolean lineFeed(byte b, State next) {
        return b == Syntax.LF ? enter(next) : refuse("CR without LF in the chunked framing");
    }

    private boolean enter(State next) {
        state = next;
        return true;
    }

    private boolean refuse(String sentence) {
        problem = sentence;
        return false;
    }
}
