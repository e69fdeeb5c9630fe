package side.cases;

import side.Case;
import side.Load;
import side.LoadCase;

final class TlsH1 {
    static final Case CASE = new LoadCase(
            "tls-h1",
            "as h1-small over TLS 1.3, P-256, terminated by the proxy",
            Tls::http1,
            new Load.Wrk(64, "https://bench.internal:%d/", ""));

    private TlsH1() {}
}
