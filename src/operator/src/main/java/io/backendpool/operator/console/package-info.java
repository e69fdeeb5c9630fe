/**
 * What somebody at a keyboard does with pools that run: to look at them and to override them, in a cluster or beside a
 * standalone operator. One thread, the command's; no part of a running operator.
 */
@NullMarked
package io.backendpool.operator.console;

import org.jspecify.annotations.NullMarked;
