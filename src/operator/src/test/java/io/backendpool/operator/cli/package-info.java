/** Tests of the commands. */
@NullMarked
package io.backendpool.operator.cli;

import org.jspecify.annotations.NullMarked;
