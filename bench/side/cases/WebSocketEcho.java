package side.cases;

import java.util.List;
import side.Backend;
import side.Case;
import side.EchoLoad;
import side.LoadCase;
import side.Sides;

final class WebSocketEcho {
    static final Case CASE = new LoadCase(
            "websocket-echo",
            "WebSocket through HTTP/1.1 upgrade, 64 connections that each send a frame of 64 bytes and wait for its echo",
            WebSocketEcho::sides,
            new EchoLoad(EchoLoad.Kind.WEB_SOCKET, 64));

    private WebSocketEcho() {}

    private static Sides sides(int port) {
        List<String> backends = List.of("127.0.0.1:" + Backend.WEB_SOCKET_ECHO);
        Sides http = Sides.http(port, backends, false);
        return new Sides(
                http.pool(),
                http.haproxy(),
                http.nginx()
                        .replace(
                                "proxy_set_header Connection \"\";",
                                "proxy_set_header Connection upgrade; proxy_set_header Upgrade $http_upgrade;"));
    }
}
