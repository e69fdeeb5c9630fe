package side.cases;

import java.util.List;
import side.Lab;
import side.Sides;

/** The setups of the cases with TLS: one certificate of P-256, TLS 1.3, each proxy's defaults otherwise. */
final class Tls {
    private static final List<String> BACKENDS = Sides.threeBackends();

    private Tls() {}

    static Sides http1(int port) {
        return sides(port, "alpn http/1.1", "");
    }

    static Sides http2(int port) {
        return sides(port, "alpn h2,http/1.1", "http2 on;");
    }

    private static Sides sides(int port, String alpn, String http2) {
        return new Sides(
                Sides.pool(port, "protocol: HTTPS, tls: {certificateRefs: [{name: bench}]}", BACKENDS, true),
                Sides.haproxyHttp(
                        "bind 127.0.0.1:%d ssl crt %s ssl-min-ver TLSv1.3 %s".formatted(port, Lab.BUNDLE, alpn),
                        "roundrobin",
                        "https",
                        Sides.servers(BACKENDS, "check inter 5s")),
                Sides.nginxHttp(
                        """
                        listen 127.0.0.1:%d ssl backlog=4096; %s
                            ssl_certificate %s;
                            ssl_certificate_key %s;
                            ssl_protocols TLSv1.3;"""
                                .formatted(port, http2, Lab.CERTIFICATE, Lab.KEY),
                        "https",
                        BACKENDS));
    }
}
