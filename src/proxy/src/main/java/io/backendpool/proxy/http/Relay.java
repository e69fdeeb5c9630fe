package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;

/** Passes one response on to a client as it comes in from a backend as HTTP/1.1. Event loop only. */
public interface Relay {
    enum Result {
        /** More is to come. */
        MORE,
        /** The response has been passed on whole. */
        COMPLETE,
        /** The {@link Judge} does not want it; nothing was passed on. */
        REPLACED,
        /** The backend broke the protocol, see {@link #problem}. */
        MALFORMED
    }

    /** Decides whether a final response is passed on, and what is added to it. */
    interface Judge {
        /** True: the request is sent again, and this response is dropped. */
        boolean replaces(int status);

        /** The final response with {@code head} is about to be passed on; the head may be added to. */
        void passes(ResponseHead head);
    }

    /** Takes over {@code data}. */
    Result accept(ByteBuf data);

    /** The backend closed a connection whose end is the body's end. */
    void end();

    void close();

    boolean sawBytes();

    /** Some of the response went to the client. */
    boolean passedAny();

    /** The final head has been passed on. */
    boolean started();

    int status();

    /** Of the body, as the backend sent them. */
    long bytes();

    /** The client's connection can be used for another request after this response. */
    boolean keepClient();

    /** The backend's connection can be used again: it is to stay open, and nothing follows the response. */
    boolean connectionReusable();

    /**
     * For how many ticks the backend's connection can be kept without a request after this response; {@link
     * io.backendpool.proxy.upstream.UpstreamLink#UNSTATED}: the backend does not say.
     */
    int idleTicks();

    boolean endsWithConnection();

    String problem();
}
