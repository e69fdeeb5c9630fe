/**
 * The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): what a proxy tells the next one of the client, in
 * front of all else. Values and pure functions; any thread. Imports Netty's buffers and channels, and the pool's model.
 */
@NullMarked
package io.backendpool.proxy.proxyprotocol;

import org.jspecify.annotations.NullMarked;
