package side.cases;

import side.Case;
import side.IdleMemoryCase;
import side.Load;
import side.Sides;

final class IdleMemory {
    static final Case CASE = new IdleMemoryCase(
            "idle-memory",
            "5,000 client connections that were used once and are kept: RSS each",
            port -> Sides.http(port, Sides.threeBackends(), true),
            new Load.Wrk(64, "http://127.0.0.1:%d/", ""),
            5_000,
            false);

    private IdleMemory() {}
}
