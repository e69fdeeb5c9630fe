package io.backendpool.proxy.warmup;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * One client of the warm-up: sends a request, hears its answer, sends the next; after some of them over a new connection,
 * so that accepting and handshakes are warmed too. Confined to one event loop at a time.
 */
final class WarmUpClient {
    private final Vertx vertx;
    private final NetClient client;
    private final int port;
    private final Supplier<Dialogue> dialogues;
    private final WarmUpBudget budget;
    private final int requestsPerConnection;
    private final Promise<Void> done = Promise.promise();

    /**
     * Made, not yet connected.
     *
     * @param port on loopback
     * @param dialogues a new one for each connection
     */
    WarmUpClient(
            Vertx vertx,
            NetClient client,
            int port,
            Supplier<Dialogue> dialogues,
            WarmUpBudget budget,
            int requestsPerConnection) {
        this.vertx = vertx;
        this.client = client;
        this.port = port;
        this.dialogues = dialogues;
        this.budget = budget;
        this.requestsPerConnection = requestsPerConnection;
    }

    /** Completes when it is enough, or when there is no more time; fails where an answer is none. */
    Future<Void> run() {
        vertx.setTimer(budget.millisLeft(), late -> done.tryComplete());
        connect();
        return done.future();
    }

    private void connect() {
        int number = budget.next();
        if (number == WarmUpBudget.ENOUGH || done.future().isComplete()) {
            done.tryComplete();
            return;
        }
        client.connect(port, LoopbackProxy.ADDRESS)
                .onSuccess(socket -> new Connection(socket, dialogues.get()).begin(number))
                .onFailure(done::tryFail);
    }

    private final class Connection {
        private final NetSocket socket;
        private final Dialogue dialogue;
        private int answered;

        Connection(NetSocket socket, Dialogue dialogue) {
            this.socket = socket;
            this.dialogue = dialogue;
        }

        void begin(int number) {
            socket.exceptionHandler(done::tryFail);
            socket.closeHandler(closed -> done.tryFail(new IOException("the connection was closed")));
            socket.handler(this::hear);
            socket.write(dialogue.request(number));
        }

        private void hear(Buffer bytes) {
            try {
                if (dialogue.hear(bytes)) {
                    budget.answered();
                    goOn();
                }
            } catch (IOException wrong) {
                done.tryFail(wrong);
            }
        }

        private void goOn() {
            answered++;
            if (answered == requestsPerConnection) {
                socket.closeHandler(closed -> connect());
                socket.close().onFailure(done::tryFail);
                return;
            }
            int number = budget.next();
            if (number == WarmUpBudget.ENOUGH) {
                done.tryComplete();
            } else {
                socket.write(dialogue.request(number));
            }
        }
    }
}
