/**
 * Active health checks: one prober per backend and proxy. It owns every backend's health and publishes the live pool.
 * All of it runs on one event loop of its own, never on one that carries traffic. Imports {@code pool}, {@code control},
 * {@code proxy.upstream}, {@code
 * proxy.tls}, {@code proxy.proxyprotocol}, RE2/J, Netty and Vert.x.
 */
@NullMarked
package io.backendpool.proxy.probe;

import org.jspecify.annotations.NullMarked;
