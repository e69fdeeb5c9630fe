/**
 * The admin port: liveness, readiness, metrics and the live pool as JSON. Has an event loop of its own, never shared with
 * traffic. What it shows it is given ({@link io.backendpool.proxy.admin.ProxyView}); how it is written down are pure
 * functions.
 */
@NullMarked
package io.backendpool.proxy.admin;

import org.jspecify.annotations.NullMarked;
