package io.backendpool.proxy.warmup;

import io.backendpool.pool.BackendGroup;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The backends of the warm-up that answer requests, one for each way to speak. Any thread. */
final class HttpBackends {
    /** Each answer ends with it, but the chunked one. */
    static final String BODY = "the path is warm now\n";
    /** What is answered in chunks. */
    static final String CHUNKED = "/warm-up/chunked";
    /** What is answered by more than one read takes. */
    static final String LARGE = "/warm-up/large";

    private static final String LARGE_BODY = "x".repeat(32_768) + BODY;

    private final Vertx vertx;
    private final List<HttpServer> servers = new ArrayList<>();

    HttpBackends(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Starts one for each of {@code protocols}; the future has their ports. */
    Future<Map<BackendGroup.Protocol, Integer>> start(
            Set<BackendGroup.Protocol> protocols, LoopbackCertificate certificate) {
        Map<BackendGroup.Protocol, Integer> ports = new EnumMap<>(BackendGroup.Protocol.class);
        Future<Void> all = Future.succeededFuture();
        for (BackendGroup.Protocol protocol : protocols) {
            // It speaks HTTP/2 to who asks for it, in TLS by ALPN.
            HttpServerOptions options = protocol.isTls()
                    ? certificate.secure(new HttpServerOptions()).setUseAlpn(true)
                    : new HttpServerOptions();
            HttpServer server = vertx.createHttpServer(options).requestHandler(HttpBackends::answer);
            servers.add(server);
            all = all.compose(before -> server.listen(0, LoopbackProxy.ADDRESS))
                    .onSuccess(open -> ports.put(protocol, open.actualPort()))
                    .mapEmpty();
        }
        return all.map(done -> ports);
    }

    private static void answer(HttpServerRequest request) {
        request.endHandler(end -> {
            switch (request.path()) {
                case CHUNKED -> {
                    request.response().setChunked(true).write("warm");
                    request.response().end();
                }
                case LARGE -> request.response().end(LARGE_BODY);
                default ->
                    request.response().putHeader("Content-Type", "text/plain").end(BODY);
            }
        });
    }

    Future<?> close() {
        return Future.join(servers.stream().map(HttpServer::close).toList());
    }
}
