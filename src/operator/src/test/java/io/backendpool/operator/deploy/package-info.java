/** Tests of deploy/, of the Dockerfile and of examples/. */
@NullMarked
package io.backendpool.operator.deploy;

import org.jspecify.annotations.NullMarked;
