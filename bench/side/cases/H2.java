package side.cases;

import java.util.List;
import side.Case;
import side.Load;
import side.LoadCase;

final class H2 {
    static final Case CASE = new LoadCase(
            "h2",
            "HTTP/2 over TLS 1.3, 16 connections of 32 streams, GET with an answer of 69 bytes; HTTP/1.1 to the backends",
            Tls::http2,
            new Load.H2load(16, 32, "https://bench.internal:%d/", List.of()));

    private H2() {}
}
