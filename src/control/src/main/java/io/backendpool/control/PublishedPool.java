package io.backendpool.control;

import io.backendpool.pool.PoolSnapshot;

/**
 * A snapshot under the revision that it was published as.
 *
 * @param revision its number, and the digest of {@code snapshot}
 * @param snapshot the whole pool
 */
public record PublishedPool(Revision revision, PoolSnapshot snapshot) {}
