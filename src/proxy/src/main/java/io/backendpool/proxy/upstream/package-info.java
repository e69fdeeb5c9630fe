/**
 * The way to the backends: the live pool as each event loop sees it, and its pooled connections. Event loop only,
 * but for {@link io.backendpool.proxy.upstream.PoolHolder}.
 */
@NullMarked
package io.backendpool.proxy.upstream;

import org.jspecify.annotations.NullMarked;
