/** Tests of the objects that a pool owns. */
@NullMarked
package io.backendpool.operator.resources;

import org.jspecify.annotations.NullMarked;
