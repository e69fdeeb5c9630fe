package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;

/**
 * Finds where a head ends: the empty line. A search can go on where the last one stopped when more bytes have come, so a
 * head that trickles in costs no more than one that comes at once.
 */
final class HeadEnd {
    static final int INCOMPLETE = -1;
    /** A line ends with LF alone. RFC 9112, 2.2 lets a recipient accept that; peers differ, so it is refused. */
    static final int BARE_LF = -2;

    private HeadEnd() {}

    /**
     * The index after the head that starts at {@code start}, or a negative result.
     *
     * @param from where to search on: {@code start}, or where the bytes ended the last time
     */
    static int find(ByteBuf in, int start, int from) {
        int end = in.writerIndex();
        int lineFeed = from;
        while (lineFeed < end && (lineFeed = in.indexOf(lineFeed, end, Syntax.LF)) >= 0) {
            if (lineFeed == start || in.getByte(lineFeed - 1) != Syntax.CR) {
                return BARE_LF;
            }
            if (lineFeed - 2 >= start && in.getByte(lineFeed - 2) == Syntax.LF) {
                return lineFeed + 1;
            }
            lineFeed++;
        }
        return INCOMPLETE;
    }
}
