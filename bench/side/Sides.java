package side;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The same proxy in three languages. Each does the same work: forwarded headers, a request id, keep-alive to the backends;
 * all else is its default. What is not null takes part.
 *
 * @param pool our manifest
 * @param haproxy the sections after {@code defaults}
 * @param nginx the contexts after {@code events}
 */
public record Sides(String pool, String haproxy, String nginx) {
    /** HTTP/1.1 in plain text to these backends. */
    public static Sides http(int port, List<String> backends, boolean checked) {
        return new Sides(
                pool(port, "protocol: HTTP", backends, checked),
                haproxyHttp("bind 127.0.0.1:" + port, "roundrobin", "http", servers(backends, checked ? "check inter 5s" : "")),
                nginxHttp("listen 127.0.0.1:%d backlog=4096;".formatted(port), "http", backends));
    }

    /** The three backends that most cases have. */
    public static List<String> threeBackends() {
        return backends(Backend.FIRST, 3);
    }

    public static List<String> backends(int first, int count) {
        return java.util.stream.IntStream.range(first, first + count).mapToObj(port -> "127.0.0.1:" + port).toList();
    }

    /** Our manifest; groups hold 1,000 addresses at most. */
    public static String pool(int port, String listener, List<String> backends, boolean checked) {
        StringBuilder yaml = new StringBuilder(
                """
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPool
                metadata: {name: bench}
                spec:
                  listeners:
                  - {name: bench, port: %d, %s}
                  backends:
                """
                        .formatted(port, listener));
        for (int from = 0; from < backends.size(); from += 1000) {
            List<String> part = backends.subList(from, Math.min(backends.size(), from + 1000));
            yaml.append("  - {name: b%d, weight: %d, addresses: [%s]}%n"
                    .formatted(from / 1000, part.size(), part.stream().map(each -> '"' + each + '"').collect(Collectors.joining(", "))));
        }
        return checked ? yaml.append("  healthCheck: {http: {path: /}, interval: 5s}\n").toString() : yaml.toString();
    }

    /** A frontend that forwards as ours does, and its backend. */
    public static String haproxyHttp(String bind, String balance, String scheme, String servers) {
        return """
                frontend bench
                  %1$s
                  option forwardfor
                  http-request set-header X-Forwarded-Proto %2$s unless { req.hdr(X-Forwarded-Proto) -m found }
                  http-request set-header X-Forwarded-Host %%[req.hdr(Host)] unless { req.hdr(X-Forwarded-Host) -m found }
                  http-request set-header X-Request-Id %%[uuid()] unless { req.hdr(X-Request-Id) -m found }
                  default_backend pool
                backend pool
                  balance %3$s
                %4$s"""
                .formatted(bind, scheme, balance, servers);
    }

    /** The server lines of {@link #haproxyHttp}. */
    public static String servers(List<String> backends, String options) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < backends.size(); i++) {
            lines.append("  server b%d %s %s%n".formatted(i, backends.get(i), options));
        }
        return lines.toString();
    }

    /** A server that forwards as ours does, and its upstream. */
    public static String nginxHttp(String listen, String scheme, List<String> backends) {
        return """
                http {
                  access_log off;
                  keepalive_requests 1000000000;
                  upstream pool {
                %1$s    keepalive %2$d;
                    keepalive_requests 1000000000;
                  }
                  server {
                    %3$s
                    location / {
                      proxy_pass http://pool;
                      proxy_http_version 1.1;
                      proxy_set_header Connection "";
                      proxy_set_header Host $http_host;
                      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                      proxy_set_header X-Forwarded-Proto %4$s;
                      proxy_set_header X-Forwarded-Host $http_host;
                      proxy_set_header X-Request-Id $request_id;
                    }
                  }
                }
                """
                .formatted(nginxServers(backends), Math.max(256, backends.size()), listen, scheme);
    }

    public static String nginxServers(List<String> backends) {
        return backends.stream().map(each -> "    server " + each + ";\n").collect(Collectors.joining());
    }
}
