/**
 * The ports that clients connect to: they come and go with the snapshot, and drain before they go.
 */
@NullMarked
package io.backendpool.proxy.listener;

import org.jspecify.annotations.NullMarked;
