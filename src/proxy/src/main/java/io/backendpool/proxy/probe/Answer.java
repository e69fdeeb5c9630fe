package io.backendpool.proxy.probe;

/** Where a {@link Conversation} puts what it hears. On the event loop of its connection. */
interface Answer<R> {
    /** What the question came to. The first time counts. */
    void told(R result);

    /** There is no more to say or to hear: the connection is closed. */
    void done();
}
