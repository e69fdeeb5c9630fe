/**
 * The keys that session cookies are signed with: made, kept and rotated. Any thread. Imports {@code pool} and the store of
 * {@code operator.certificates}.
 */
@NullMarked
package io.backendpool.operator.sessions;

import org.jspecify.annotations.NullMarked;
