package side.cases;

import side.Case;
import side.SoakCase;

final class Soak {
    static final Case CASE = new SoakCase(
            "soak", "clients of all protocols, a pool that changes twice a second, leak detector paranoid; bench/soak runs it");

    private Soak() {}
}
