/**
 * Reading and writing plain sockets with less than Netty's pipeline does for every message. Used on event loops only, each by
 * the connections that it serves. Imports Netty alone.
 */
@NullMarked
package io.backendpool.proxy.socket;

import org.jspecify.annotations.NullMarked;
