@NullMarked
package io.backendpool.proxy.control;

import org.jspecify.annotations.NullMarked;
