package side.cases;

import side.Case;
import side.ChurnCase;
import side.Load;

final class Churn {
    static final Case CASE = new ChurnCase(
            "churn",
            "as h1-small, while all backends are replaced 20 times in 10 s",
            new Load.Wrk(64, "http://127.0.0.1:%d/", ""));

    private Churn() {}
}
