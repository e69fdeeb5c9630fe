@NullMarked
package io.backendpool.operator.logs;

import org.jspecify.annotations.NullMarked;
