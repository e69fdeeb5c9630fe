package side.cases;

import java.util.List;
import side.Case;
import side.Load;
import side.LoadCase;
import side.Sides;

/** The requests are HTTP, which none of the proxies looks at. */
final class Tcp {
    static final Case CASE = new LoadCase(
            "tcp",
            "TCP, 64 connections, 69-byte answers to GETs that the proxy does not read",
            Tcp::sides,
            new Load.Wrk(64, "http://127.0.0.1:%d/", ""));

    private Tcp() {}

    private static Sides sides(int port) {
        List<String> backends = Sides.threeBackends();
        return new Sides(
                Sides.pool(port, "protocol: TCP", backends, false),
                """
                frontend bench
                  mode tcp
                  bind 127.0.0.1:%d
                  default_backend pool
                backend pool
                  mode tcp
                %s"""
                        .formatted(port, Sides.servers(backends, "")),
                """
                stream {
                  upstream pool {
                %s  }
                  server {
                    listen 127.0.0.1:%d backlog=4096;
                    tcp_nodelay on;
                    proxy_pass pool;
                  }
                }
                """
                        .formatted(Sides.nginxServers(backends), port));
    }
}
