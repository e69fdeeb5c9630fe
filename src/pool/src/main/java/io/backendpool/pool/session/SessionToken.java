package io.backendpool.pool.session;

/**
 * What a session carries.
 *
 * @param seed drawn when the session began; decides its group, and its backend where that has to be chosen anew
 * @param backend the tag of its backend, see {@link BackendTags}
 * @param byFirstKey it was signed with the key that signs now
 */
public record SessionToken(long seed, long backend, boolean byFirstKey) {}
