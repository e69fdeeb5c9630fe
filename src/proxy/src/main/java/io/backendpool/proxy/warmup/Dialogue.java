package io.backendpool.proxy.warmup;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/** What a client of the warm-up says and hears on one connection. Confined to the event loop of its socket. */
interface Dialogue {
    /**
     * The bytes of a request, the first with what a connection begins with.
     *
     * @param number of the request, from 0
     */
    Buffer request(int number);

    /**
     * Takes what has come.
     *
     * @return the request is answered whole; else more is to come
     * @throws IOException it is no good answer
     */
    boolean hear(Buffer bytes) throws IOException;
}
