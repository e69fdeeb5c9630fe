package io.backendpool.proxy.http;

import io.netty.util.AsciiString;

/** A field section that was read, valid until the next one is read into the same place. Event loop only. */
public interface Fields {
    /** How many there are, those that do not go on among them. */
    int count();

    /** The field goes on: it is not the connection's own. */
    boolean passes(int field);

    /** In lower case; a copy. */
    AsciiString name(int field);

    /** A copy. */
    AsciiString value(int field);
}
