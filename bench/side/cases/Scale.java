package side.cases;

import java.util.List;
import java.util.stream.IntStream;
import side.Backend;
import side.Case;
import side.Load;
import side.ScaleCase;
import side.Sides;

/** HAProxy's roundrobin ends at 4,095 servers, so it has static-rr. No health checks: nginx has none. */
final class Scale {
    private static final int BACKENDS = 10_000;
    static final Case CASE = new ScaleCase(
            "scale-10k",
            "as h1-small, with 10,000 backends in turn beside 3",
            port -> setup(port, addresses(3)),
            port -> setup(port, addresses(BACKENDS)),
            new Load.Wrk(64, "http://127.0.0.1:%d/", ""));

    private Scale() {}

    private static List<String> addresses(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "127.1.%d.%d:%d".formatted(i / 250, i % 250 + 1, Backend.MANY))
                .toList();
    }

    private static Sides setup(int port, List<String> backends) {
        return new Sides(
                Sides.pool(port, "protocol: HTTP", backends, false),
                Sides.haproxyHttp("bind 127.0.0.1:" + port, "static-rr", "http", Sides.servers(backends, "")),
                Sides.nginxHttp("listen 127.0.0.1:%d backlog=4096;".formatted(port), "http", backends));
    }
}
