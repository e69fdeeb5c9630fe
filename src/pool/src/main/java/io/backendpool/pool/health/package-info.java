/**
 * The health of one backend as a state machine, and the weights that follow from the health of all. Values and pure
 * functions; any thread. Time comes in as an argument. Imports {@code io.backendpool.pool}.
 */
@NullMarked
package io.backendpool.pool.health;

import org.jspecify.annotations.NullMarked;
