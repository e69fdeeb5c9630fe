package side.cases;

import side.Case;
import side.Load;
import side.LoadCase;

/** wrk resumes no session, so each handshake is a full one. */
final class TlsHandshake {
    static final Case CASE = new LoadCase(
            "tls-handshake",
            "as h1-close over TLS 1.3: a full handshake with P-256 for each GET",
            Tls::http1,
            new Load.Wrk(64, "https://bench.internal:%d/", "wrk.headers[\"Connection\"] = \"close\""));

    private TlsHandshake() {}
}
