/**
 * Manifest and endpoints become one immutable PoolSnapshot: a pure function. DNS names are followed beside it.
 */
@NullMarked
package io.backendpool.operator.translate;

import org.jspecify.annotations.NullMarked;
