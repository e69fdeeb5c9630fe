/** How the JVM's compilers and the event loops share the cores. */
@NullMarked
package io.backendpool.proxy.compiler;

import org.jspecify.annotations.NullMarked;
