package io.backendpool.proxy.probe;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HealthCheck.GrpcProbe;
import io.backendpool.pool.HealthCheck.HttpProbe;
import io.backendpool.pool.HealthCheck.TcpProbe;
import io.backendpool.pool.HealthCheck.TlsProbe;
import io.backendpool.proxy.tls.BackendTls;
import io.netty.channel.Channel;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Sends probes: one new connection each, so that a probe tells what a new connection would meet. Called on, and calls
 * back on, one event loop.
 */
final class ProbeClient {
    /** How much of an answer's body is read away, so that an honest server sees no reset. */
    private static final int MAX_BODY_BYTES = 64 * 1024;

    private final Vertx vertx;
    private final NetClient client;

    ProbeClient(Vertx vertx) {
        this.vertx = vertx;
        this.client = vertx.createNetClient(new NetClientOptions().setTcpNoDelay(true));
    }

    /**
     * Probes {@code backend} once. The future never fails, and completes at the latest when the check's timeout, which
     * covers both the connect and the answer, has passed.
     *
     * @param tls what an HTTP probe is sent in; null: plain text
     */
    Future<ProbeResult> probe(BackendKey backend, HealthCheck check, @Nullable BackendTls tls) {
        return new Attempt(backend, check, tls).start();
    }

    Future<Void> close() {
        return client.close();
    }

    private static SocketAddress address(BackendKey backend, HealthCheck check) {
        int port = check.port() == null ? backend.port() : check.port();
        return SocketAddress.inetSocketAddress(new InetSocketAddress(InetAddress.ofLiteral(backend.host()), port));
    }

    /** One probe under way. */
    private final class Attempt {
        private final BackendKey backend;
        private final HealthCheck check;
        private final @Nullable BackendTls tls;
        private final Promise<ProbeResult> result = Promise.promise();
        private final long timer;
        private @Nullable NetSocket socket;
        private int discarded;

        Attempt(BackendKey backend, HealthCheck check, @Nullable BackendTls tls) {
            this.backend = backend;
            this.check = check;
            this.tls = tls;
            this.timer = vertx.setTimer(millis(check.timeout()), id -> timeOut());
        }

        Future<ProbeResult> start() {
            ConnectOptions options = new ConnectOptions()
                    .setRemoteAddress(address(backend, check))
                    .setTimeout(Math.toIntExact(Math.min(Integer.MAX_VALUE, millis(check.timeout()))));
            client.connect(options).onComplete(this::connected);
            return result.future();
        }

        private void connected(AsyncResult<NetSocket> connect) {
            if (connect.failed()) {
                end(ProbeFailure.of(connect.cause(), check.timeout()));
                return;
            }
            socket = connect.result();
            if (result.future().isComplete()) {
                hangUp();
                return;
            }
            switch (check.probe()) {
                case TcpProbe tcp -> {
                    end(new ProbeResult.Succeeded());
                    hangUp();
                }
                case HttpProbe http -> secured(http, socket);
                case GrpcProbe grpc -> unserved();
                case TlsProbe secure -> unserved();
            }
        }

        /** Such a pool is refused before it comes here. */
        private void unserved() {
            end(new ProbeResult.Failed("this proxy cannot probe in this way"));
            hangUp();
        }

        private void secured(HttpProbe http, NetSocket open) {
            if (tls == null) {
                exchange(http, open);
                return;
            }
            Channel channel = ((NetSocketInternal) open).channelHandlerContext().channel();
            open.exceptionHandler(failure -> end(ProbeFailure.of(failure, check.timeout())));
            // The timer ends a handshake that hangs: what is given here is above its rest.
            tls.secureProbe(channel, backend.port(), check.timeout(), failure -> {
                if (failure != null) {
                    end(ProbeFailure.of(failure, check.timeout()));
                } else if (!result.future().isComplete()) {
                    exchange(http, open);
                }
            });
        }

        private void exchange(HttpProbe http, NetSocket open) {
            HttpProbeExchange exchange = new HttpProbeExchange(http);
            open.exceptionHandler(failure -> end(ProbeFailure.of(failure, check.timeout())));
            open.closeHandler(closed -> {
                end(new ProbeResult.Failed("connection closed without an answer"));
                vertx.cancelTimer(timer);
            });
            open.handler(bytes -> read(exchange, bytes));
            open.write(Buffer.buffer(exchange.request(backend.address())))
                    .onFailure(failure -> end(ProbeFailure.of(failure, check.timeout())));
        }

        private void read(HttpProbeExchange exchange, Buffer bytes) {
            if (result.future().isComplete()) {
                discarded += bytes.length();
                if (discarded > MAX_BODY_BYTES) {
                    hangUp();
                }
                return;
            }
            ProbeResult answer = exchange.read(bytes.getBytes());
            if (answer != null) {
                // The timer stays: it ends the reading of the body too. The close that was asked for comes first.
                result.tryComplete(answer);
            }
        }

        private void timeOut() {
            end(ProbeFailure.timedOut(check.timeout()));
            hangUp();
        }

        private void end(ProbeResult outcome) {
            if (result.tryComplete(outcome)) {
                vertx.cancelTimer(timer);
            }
        }

        private void hangUp() {
            vertx.cancelTimer(timer);
            if (socket != null) {
                socket.close();
            }
        }
    }

    private static long millis(Duration duration) {
        return Math.max(1, duration.toMillis());
    }
}
