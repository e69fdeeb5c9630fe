package io.backendpool.proxy.traffic;

/** How an exchange ended. */
public enum Outcome {
    /** The backend's response was passed on whole. */
    ANSWERED,
    /** The request was refused with a 4xx or 501, 505. */
    REFUSED,
    /** No backend was eligible, or none had a free connection: 503. */
    NO_BACKEND,
    /** No backend that was tried could be connected to: 502. */
    CONNECT_FAILED,
    /** The backend closed too early or broke the protocol: 502, or a response that was cut. */
    BACKEND_FAILED,
    /** The backend was too slow: 504, or a response that was cut. */
    BACKEND_TIMEOUT,
    /** The client went away, stopped sending or reading, or wanted the answer earlier (grpc-timeout). */
    CLIENT_GONE
}
