package side.cases;

import side.Case;
import side.Load;
import side.LoadCase;
import side.Sides;

final class H1Post {
    static final Case CASE = new LoadCase(
            "h1-post",
            "HTTP/1.1, 64 kept connections, POST of 4 KiB with an answer of 69 bytes",
            port -> Sides.http(port, Sides.threeBackends(), true),
            new Load.Wrk(
                    64,
                    "http://127.0.0.1:%d/",
                    """
                    wrk.method = "POST"
                    wrk.headers["Content-Type"] = "application/octet-stream"
                    wrk.body = string.rep("x", 4096)"""));

    private H1Post() {}
}
