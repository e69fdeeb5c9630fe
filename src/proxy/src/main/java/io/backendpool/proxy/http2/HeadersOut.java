package io.backendpool.proxy.http2;

import io.backendpool.proxy.http.Fields;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** Fields as Netty's encoder takes them: names and values by turns. */
final class HeadersOut {
    private static final AsciiString[] NONE = {};
    private static final AsciiString[] STATUS = new AsciiString[600];

    static {
        for (int status = 100; status < STATUS.length; status++) {
            STATUS[status] = AsciiString.cached(Integer.toString(status));
        }
    }

    private HeadersOut() {}

    /** Those of {@code fields} that go on. */
    static AsciiString[] of(@Nullable Fields fields) {
        if (fields == null) {
            return NONE;
        }
        int passing = 0;
        for (int i = 0; i < fields.count(); i++) {
            passing += fields.passes(i) ? 1 : 0;
        }
        AsciiString[] out = new AsciiString[passing * 2];
        int at = 0;
        for (int i = 0; i < fields.count(); i++) {
            if (fields.passes(i)) {
                out[at++] = fields.name(i);
                out[at++] = fields.value(i);
            }
        }
        return out;
    }

    /** 100 to 599. */
    static AsciiString status(int status) {
        return STATUS[status];
    }
}
