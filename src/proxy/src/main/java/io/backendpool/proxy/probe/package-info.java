/**
 * Active health checks: one prober per backend and proxy. It owns every backend's health and publishes the live pool.
 */
@NullMarked
package io.backendpool.proxy.probe;

import org.jspecify.annotations.NullMarked;
