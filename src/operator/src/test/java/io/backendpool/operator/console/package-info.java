/** Tests of the console. */
@NullMarked
package io.backendpool.operator.console;

import org.jspecify.annotations.NullMarked;
