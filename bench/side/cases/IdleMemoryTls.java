package side.cases;

import side.Case;
import side.IdleMemoryCase;
import side.Load;

/** Half as many as in plain text: the clients are this program's, and TLS costs them more than the proxies. */
final class IdleMemoryTls {
    static final Case CASE = new IdleMemoryCase(
            "idle-memory-tls",
            "2,500 client connections in TLS 1.3 that were used once and are kept: RSS each",
            Tls::http1,
            new Load.Wrk(64, "https://bench.internal:%d/", ""),
            2_500,
            true);

    private IdleMemoryTls() {}
}
