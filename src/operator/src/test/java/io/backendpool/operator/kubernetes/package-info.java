/** The API server that tests run against: whichever is there. */
@NullMarked
package io.backendpool.operator.kubernetes;

import org.jspecify.annotations.NullMarked;
