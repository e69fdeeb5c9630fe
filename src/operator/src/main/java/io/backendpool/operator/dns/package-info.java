/**
 * DNS names of manifests become addresses and are followed by their TTL. One thread of its own; answers are handed on by
 * a callback. Imports {@code translate} and dnsjava.
 */
@NullMarked
package io.backendpool.operator.dns;

import org.jspecify.annotations.NullMarked;
