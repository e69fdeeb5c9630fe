package io.backendpool.proxy.http;

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

    /** The next one: an array that the one after it is written to. */
    byte[] next() {
        writeHex(counter++, 16);
        return id;
    }

    /** The one that {@link #next} gave last. */
    String last() {
        return new String(id, StandardCharsets.US_ASCII);
    }

    private void writeHex(long value, int at) {
        for (int i = 0; i < 16; i++) {
            id[at + i] = HEX[(int) (value >>> (60 - 4 * i)) & 0xf];
        }
    }
}
