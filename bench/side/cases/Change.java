package side.cases;

import side.Case;
import side.ChangeCase;

final class Change {
    static final Case CASE =
            new ChangeCase("change-10k", "one of 10,000 backends gets another weight twice a second; only where it is asked for");

    private Change() {}
}
