/**
 * The operator's end of the control channel: one session per connected proxy, what it has acked, what it must get.
 * Runs on gRPC's threads; a pool's sessions are serialised.
 */
@NullMarked
package io.backendpool.operator.control;

import org.jspecify.annotations.NullMarked;
