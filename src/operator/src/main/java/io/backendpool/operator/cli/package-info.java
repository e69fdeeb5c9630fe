/**
 * The command line: one class a command, no logic beyond arguments and output.
 */
@NullMarked
package io.backendpool.operator.cli;

import org.jspecify.annotations.NullMarked;
