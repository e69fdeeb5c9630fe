package side.cases;

import side.Case;
import side.Load;
import side.LoadCase;
import side.Sides;

final class H1Close {
    static final Case CASE = new LoadCase(
            "h1-close",
            "HTTP/1.1, 64 at a time, a new client connection for each GET; backend connections are kept",
            port -> Sides.http(port, Sides.threeBackends(), true),
            new Load.Wrk(64, "http://127.0.0.1:%d/", "wrk.headers[\"Connection\"] = \"close\""));

    private H1Close() {}
}
