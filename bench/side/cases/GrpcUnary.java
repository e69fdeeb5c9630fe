package side.cases;

import java.util.List;
import side.Case;
import side.Lab;
import side.Load;
import side.LoadCase;
import side.Sides;

/** The backend answers every call with an empty message and the trailer grpc-status: 0. */
final class GrpcUnary {
    static final Case CASE = new LoadCase(
            "grpc-unary",
            "gRPC in plain text on both sides, 16 connections of 32 calls, empty messages and trailers",
            GrpcUnary::sides,
            new Load.H2load(
                    16,
                    32,
                    "http://127.0.0.1:%d/grpc",
                    List.of("-d", Lab.FOLDER + "/grpc", "-H", "content-type: application/grpc", "-H", "te: trailers")));

    private GrpcUnary() {}

    private static Sides sides(int port) {
        return new Sides(
                H2H2cUpstream.pool(port),
                H2H2cUpstream.sides(port).haproxy(),
                Sides.nginxHttp("listen 127.0.0.1:%d backlog=4096; http2 on;".formatted(port), "http", H2H2cUpstream.BACKENDS)
                        .replace("proxy_pass http://", "grpc_pass grpc://")
                        .replaceAll("proxy_http_version.*\n", "")
                        .replaceAll("proxy_set_header Connection.*\n", "")
                        .replace("proxy_set_header", "grpc_set_header"));
    }
}
