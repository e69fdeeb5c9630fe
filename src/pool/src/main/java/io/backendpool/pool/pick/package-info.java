/**
 * The pickers: which backend gets the next request.
 *
 * <pre>
 *   off the loops                     each event loop
 *   PickPlans.build -> PickPlan  ---> Picker   a few small arrays; pick never blocks and never allocates
 *                      immutable,       |
 *                      shared           v
 *                                     BackendLoad   of each backend; outlives plans and pickers
 * </pre>
 *
 * Imports {@code io.backendpool.pool}.
 */
@NullMarked
package io.backendpool.pool.pick;

import org.jspecify.annotations.NullMarked;
