/**
 * The control channel's certificate authority: made, stored and rotated with overlap by the operator.
 */
@NullMarked
package io.backendpool.operator.certificates;

import org.jspecify.annotations.NullMarked;
