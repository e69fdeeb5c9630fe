@NullMarked
package io.backendpool.control;

import org.jspecify.annotations.NullMarked;
