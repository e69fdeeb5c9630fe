package io.backendpool.proxy.http2;

import io.backendpool.proxy.http.Fields;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** Fields as Netty's encoder takes them: names and values by turns. */
final class HeadersOut {
    private static final AsciiString VIA = AsciiString.cached("via");
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
        return fields == null ? NONE : of(fields, null);
    }

    /** Those of {@code fields} that go on, and {@code Via}; null: without that. */
    static AsciiString[] of(Fields fields, @Nullable AsciiString via) {
        int passing = 0;
        for (int i = 0; i < fields.count(); i++) {
            passing += fields.passes(i) ? 1 : 0;
        }
        AsciiString[] out = new AsciiString[(via == null ? passing : passing + 1) * 2];
        int at = 0;
        for (int i = 0; i < fields.count(); i++) {
            if (fields.passes(i)) {
                out[at++] = fields.name(i);
                out[at++] = fields.value(i);
            }
        }
        if (via != null) {
            out[at++] = VIA;
            out[at] = via;
        }
        return out;
    }

    /** 100 to 599. */
    static AsciiString status(int status) {
        return STATUS[status];
    }
}
