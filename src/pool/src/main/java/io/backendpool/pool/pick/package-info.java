/**
 * The pickers: which backend gets the next request. A picker is built from the weights of one pool state and belongs to
 * the event loop that built it. {@code pick} never blocks and never allocates. Imports {@code io.backendpool.pool}.
 */
@NullMarked
package io.backendpool.pool.pick;

import org.jspecify.annotations.NullMarked;
