package side.cases;

import side.Case;
import side.Load;
import side.LoadCase;
import side.Sides;

final class H1TenKib {
    static final Case CASE = new LoadCase(
            "h1-10k",
            "HTTP/1.1, 64 kept connections, GET with an answer of 10 KiB",
            port -> Sides.http(port, Sides.threeBackends(), true),
            new Load.Wrk(64, "http://127.0.0.1:%d/10k", ""));

    private H1TenKib() {}
}
