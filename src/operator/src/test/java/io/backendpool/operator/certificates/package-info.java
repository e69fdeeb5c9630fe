@NullMarked
package io.backendpool.operator.certificates;

import org.jspecify.annotations.NullMarked;
