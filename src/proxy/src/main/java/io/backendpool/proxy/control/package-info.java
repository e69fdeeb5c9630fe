/**
 * The proxy's end of the control channel: connect, verify, apply, ack or nack, and keep the last good pool on disk. Runs
 * on its own thread, never on an event loop of the data plane. Imports {@code control}, {@code pool} and gRPC.
 */
@NullMarked
package io.backendpool.proxy.control;

import org.jspecify.annotations.NullMarked;
