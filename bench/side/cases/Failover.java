package side.cases;

import side.Case;
import side.FailoverCase;

final class Failover {
    static final Case CASE = new FailoverCase(
            "failover", "three good backends and one that flips every 22 s, a request each 5 ms; bench/failover runs it");

    private Failover() {}
}
