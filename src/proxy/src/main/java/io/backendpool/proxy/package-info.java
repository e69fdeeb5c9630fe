/** The data plane's process: configuration, wiring and life cycle. Knows nothing of Kubernetes. */
@NullMarked
package io.backendpool.proxy;

import org.jspecify.annotations.NullMarked;
