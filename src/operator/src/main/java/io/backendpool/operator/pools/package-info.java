/**
 * What both modes of the operator share: from a pool that somebody wants to the snapshot that is published and the status
 * that is written. Where pools come from, where proxies run and where status goes are interfaces of this package; a mode
 * is one implementation of each. One thread owns the state.
 */
@NullMarked
package io.backendpool.operator.pools;

import org.jspecify.annotations.NullMarked;
