package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/**
 * Makes identifiers of requests: 16 random hex digits of the event loop, and 16 of a counter. Unique as long as two loops
 * do not draw the same 64 bits. Event loop only.
 */
final class RequestIds {
    static final int LENGTH = 32;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final byte[] id = new byte[LENGTH];
    private long counter;

    RequestIds(RandomGenerator random) {
        writeHex(random.nextLong(), 0);
    }

    void writeNext(ByteBuf out) {
        writeHex(counter++, 16);
        out.writeBytes(id);
    }

    /** The one that {@link #writeNext} wrote last. */
    String last() {
        return new String(id, StandardCharsets.US_ASCII);
    }

    private void writeHex(long value, int at) {
        for (int i = 0; i < 16; i++) {
            id[at + i] = HEX[(int) (value >>> (60 - 4 * i)) & 0xf];
        }
    }
}
