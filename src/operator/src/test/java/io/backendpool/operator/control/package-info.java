@NullMarked
package io.backendpool.operator.control;

import org.jspecify.annotations.NullMarked;
