package side.cases;

import java.util.List;
import side.Backend;
import side.Case;
import side.EchoLoad;
import side.LoadCase;
import side.Sides;

final class Udp {
    static final Case CASE = new LoadCase(
            "udp",
            "UDP, 64 clients that each send 64 bytes and wait for their echo",
            Udp::sides,
            new EchoLoad(EchoLoad.Kind.UDP, 64));

    private Udp() {}

    /** HAProxy forwards no UDP. */
    private static Sides sides(int port) {
        List<String> backends = List.of("127.0.0.1:" + Backend.UDP_ECHO);
        return new Sides(
                Sides.pool(port, "protocol: UDP", backends, false),
                null,
                """
                stream {
                  upstream pool {
                %s  }
                  server {
                    listen 127.0.0.1:%d udp;
                    proxy_timeout 60s;
                    proxy_pass pool;
                  }
                }
                """
                        .formatted(Sides.nginxServers(backends), port));
    }
}
