package side;

import java.io.IOException;

/**
 * The server behind all proxies: an nginx that answers from memory, pinned with the load.
 *
 * <pre>
 *   9001 to 9006  HTTP/1.1, on all addresses of 127.0.0.0/8
 *   9010          HTTP/2 in plain text
 *   9020          HTTP/1.1 by four processes, for tens of thousands of connections; where a case asks for it
 *   9021          TLS by one process; where a case asks for it
 *   9030          WebSocket, echoes; in this process
 *   9031          UDP, echoes; in this process
 *
 *   /      69 bytes
 *   /10k   10 KiB
 *   /port  the port of the server
 *   /echo  WebSocket, echoes, by way of 9030
 *   /grpc  an empty gRPC message and grpc-status 0
 * </pre>
 */
public final class Backend {
    public static final int FIRST = 9001;
    public static final int COUNT = 6;
    public static final int H2C = 9010;
    /** Where {@link #startMany} listens. */
    public static final int MANY = 9020;

    /** Where {@link #startManyInTls} listens. */
    public static final int MANY_TLS = 9021;

    public static final int WEB_SOCKET_ECHO = 9030;
    public static final int UDP_ECHO = 9031;
    private static final String SMALL = "sixty-nine bytes of plain text, like small answers of services often";

    private Backend() {}

    /** Starts all but {@link #startMany}; they end with the lab. */
    static void start(Lab lab) throws Exception {
        lab.file("10k", "0123456789abcdef".repeat(640));
        StringBuilder listen = new StringBuilder();
        for (int i = 0; i < COUNT; i++) {
            listen.append("    listen 0.0.0.0:%d backlog=16384;%n".formatted(FIRST + i));
        }
        nginx(lab, "backend", FIRST, 1, text(lab, listen.toString()));
        Echo.webSocket(WEB_SOCKET_ECHO);
        Echo.udp(UDP_ECHO);
    }

    /** One process may not open as many files as three proxies of 10,000 backends have connections. */
    static Process startMany(Lab lab) throws Exception {
        return nginx(
                lab,
                "many",
                MANY,
                4,
                """
                  keepalive_timeout 600s;
                  keepalive_requests 1000000000;
                  server {
                    listen 0.0.0.0:%d backlog=16384 reuseport;
                    location = / { return 200 "%s\\n"; }
                  }
                """
                        .formatted(MANY, SMALL));
    }

    /** One process in TLS, on all addresses of 127.0.0.0/8: HTTP/1.1, HTTP/2, and gRPC's health service. A handshake is whole. */
    static Process startManyInTls(Lab lab) throws Exception {
        return nginx(
                lab,
                "many-tls",
                MANY_TLS,
                1,
                """
                  server {
                    listen 0.0.0.0:%d ssl backlog=16384;
                    http2 on;
                    ssl_certificate %s;
                    ssl_certificate_key %s;
                    ssl_session_tickets off;
                    location = / { return 200 "%s\\n"; }
                    location = /grpc.health.v1.Health/Check {
                      types { }
                      default_type application/grpc;
                      add_trailer grpc-status 0;
                      alias %s;
                      error_page 405 =200 /grpc.health.v1.Health/Check;
                    }
                  }
                """
                        .formatted(
                                MANY_TLS, lab.inside("certificate.pem"), lab.inside("key.pem"), SMALL,
                                // HealthCheckResponse{status: SERVING}
                                lab.file("serving", "\0\0\0\0\2\10\1")));
    }

    /**
     * Starts an nginx on the load's core; it ends with the lab.
     *
     * @param port one of those that it listens on
     * @param http the rest of its {@code http} context
     */
    static Process nginx(Lab lab, String name, int port, int workers, String http) throws Exception {
        String configuration = lab.file(
                name + ".conf",
                """
                daemon off;
                user root;
                pid %s;
                worker_processes %d;
                error_log stderr crit;
                events { worker_connections 19000; }
                http {
                  access_log off;
                %s}
                """
                        .formatted(lab.inside(name + ".pid"), workers, http));
        Process process =
                lab.startInside(name, Lab.LOAD_CORE, "nginx", "-e", "stderr", "-p", lab.inside(""), "-c", configuration);
        lab.awaitPort(name, process, port);
        Lab.favour(process.toHandle());
        return process;
    }

    private static String text(Lab lab, String listen) throws IOException {
        return """
                  keepalive_timeout 600s;
                  keepalive_requests 1000000000;
                  tcp_nodelay on;
                  open_file_cache max=16 inactive=600s;
                  open_file_cache_valid 600s;
                  sendfile on;
                  server {
                %1$s
                    location = / { return 200 "%5$s\\n"; }
                    location = /port { return 200 "$server_port\\n"; }
                    location = /10k { alias %2$s; }
                    location = /echo {
                      proxy_pass http://127.0.0.1:%6$d;
                      proxy_http_version 1.1;
                      proxy_set_header Upgrade $http_upgrade;
                      proxy_set_header Connection upgrade;
                    }
                  }
                  server {
                    listen 0.0.0.0:%3$d backlog=16384;
                    http2 on;
                    location = / { return 200 "%5$s\\n"; }
                    location = /grpc {
                      types { }
                      default_type application/grpc;
                      add_trailer grpc-status 0;
                      alias %4$s;
                      error_page 405 =200 /grpc;
                    }
                  }
                """
                .formatted(listen, lab.inside("10k"), H2C, lab.file("grpc", "\0\0\0\0\0"), SMALL, WEB_SOCKET_ECHO);
    }
}
