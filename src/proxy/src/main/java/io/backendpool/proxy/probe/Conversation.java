package io.backendpool.proxy.probe;

import io.netty.channel.ChannelHandlerContext;

/** What is said on one connection to find something out. Used once, on the event loop of its connection. */
interface Conversation<R> {
    /**
     * Begins on a connection that is open and, where it is to be, secured.
     *
     * @param end handlers are put in front of it; it takes what they let pass: errors, and the end of the connection
     */
    void begin(ChannelHandlerContext end, Answer<R> answer);

    /** The result where nothing could be found out. */
    R failed(String cause);
}
