package side.cases;

import java.util.List;
import side.Backend;
import side.Case;
import side.Load;
import side.LoadCase;
import side.Sides;

/** HTTP/2 on both sides, in plain text. */
final class H2H2cUpstream {
    static final List<String> BACKENDS = List.of("127.0.0.1:" + Backend.H2C);

    static final Case CASE = new LoadCase(
            "h2-h2c-upstream",
            "HTTP/2 in plain text on both sides, 16 connections of 32 streams, GET with an answer of 69 bytes",
            H2H2cUpstream::sides,
            new Load.H2load(16, 32, "http://127.0.0.1:%d/", List.of()));

    private H2H2cUpstream() {}

    /** Our plain listener takes HTTP/2 by prior knowledge; the group says what its backends speak. */
    static Sides sides(int port) {
        return new Sides(
                pool(port),
                Sides.haproxyHttp(
                        "bind 127.0.0.1:%d proto h2".formatted(port), "roundrobin", "http", Sides.servers(BACKENDS, "proto h2")),
                null);
    }

    static String pool(int port) {
        return Sides.pool(port, "protocol: HTTP", BACKENDS, false).replace("  - {name: b0,", "  - {name: b0, protocol: H2C,");
    }
}
