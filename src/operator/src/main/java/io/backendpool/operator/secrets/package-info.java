/**
 * What Secrets hold: reads certificates and keys, judges them, and remembers the last good ones. Where Secrets come from is
 * the business of the modes.
 */
@NullMarked
package io.backendpool.operator.secrets;

import org.jspecify.annotations.NullMarked;
