package side.cases;

import side.Case;
import side.ProbesCase;

final class Probes {
    static final Case CASE =
            new ProbesCase("probes-10k", "health checks of 10,000 backends in TLS stay true; only where it is asked for");

    private Probes() {}
}
