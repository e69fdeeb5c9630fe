package io.backendpool.proxy.http;

/** A client's connection as its {@link HttpLoop} knows it. Event loop only. */
public interface LoopConnection {
    /** Its place in the loop's list. */
    int index();

    /** The loop's affair alone. */
    void index(int index);

    /** Called about every 100 ms. */
    void onTick(int now);

    /** Closes at once. */
    void cut();
}
