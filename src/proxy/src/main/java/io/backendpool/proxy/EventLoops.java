package io.backendpool.proxy;

import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The event loops of one Vert.x: made, and asked whether they have all seen what was published. */
final class EventLoops {
    private EventLoops() {}

    /** A Vert.x of {@code count} event loops and little else: nothing here blocks, and nothing is unpacked to disk. */
    static Vertx create(int count, Transport transport) {
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(count)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
        return Vertx.builder().with(options).withTransport(transport).build();
    }

    /**
     * Completes when every event loop of {@code vertx} has run a task that was queued after this call: each request that
     * begins later sees what was published before. Fails when the loops are shut down.
     */
    static CompletionStage<Void> passed(Vertx vertx) {
        List<CompletableFuture<Void>> loops = new ArrayList<>();
        for (EventExecutor loop : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            loops.add(CompletableFuture.runAsync(() -> {}, loop));
        }
        return CompletableFuture.allOf(loops.toArray(CompletableFuture<?>[]::new));
    }
}
