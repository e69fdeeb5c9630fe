/**
 * The admin port: liveness, readiness, metrics and the live pool as JSON. Never shares an event loop with traffic.
 */
@NullMarked
package io.backendpool.proxy.admin;

import org.jspecify.annotations.NullMarked;
