package io.backendpool.operator.control;

import io.backendpool.pool.PoolId;
import org.jspecify.annotations.Nullable;

/** Says whose token it is. Standalone: tokens that the operator made up; cluster: TokenReview. */
public interface TokenVerifier {
    /** The one pool that {@code token} opens, or null where it opens none. May block; called off the event loops. */
    @Nullable
    PoolId verify(String token);
}
