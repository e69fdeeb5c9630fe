/**
 * Which backend a session belongs to: what a session's token says, and how that reads in one state of the pool. All proxies
 * of a pool agree without talking to each other, since the answer follows from the token and the pool alone. Values, and
 * tables that are built off the event loops; threads as each class says. Imports {@code io.backendpool.pool} and its
 * {@code pick}.
 */
@NullMarked
package io.backendpool.pool.session;

import org.jspecify.annotations.NullMarked;
