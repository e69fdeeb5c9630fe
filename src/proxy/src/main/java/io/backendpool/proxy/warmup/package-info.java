/**
 * Drives the proxy's own request path until the JIT has compiled it, before there is traffic: clients, listeners and
 * backends on loopback ports that nobody else knows, with pools and counters of their own, on the event loops that will
 * carry the traffic. No backend of the pool hears of it.
 *
 * <p>Started from any thread; clients and backends run on event loops beside those of the traffic.
 */
@NullMarked
package io.backendpool.proxy.warmup;

import org.jspecify.annotations.NullMarked;
