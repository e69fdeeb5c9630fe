@NullMarked
package io.backendpool.operator.sessions;

import org.jspecify.annotations.NullMarked;
