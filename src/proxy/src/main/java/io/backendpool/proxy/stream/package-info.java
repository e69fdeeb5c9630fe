/**
 * What is passed on without being read as requests: TCP streams, TLS by the server name of its first message, and UDP
 * sessions. All of a stream or session is on one event loop: {@code StreamLoop} owns it. Imports the upstreams, the
 * counters, the PROXY protocol, plain sockets, how connections end (of the package tls) and the pool's model.
 */
@NullMarked
package io.backendpool.proxy.stream;

import org.jspecify.annotations.NullMarked;
