/**
 * The mode without a cluster: pools from files, proxies as child processes, status into files and the terminal.
 */
@NullMarked
package io.backendpool.operator.standalone;

import org.jspecify.annotations.NullMarked;
