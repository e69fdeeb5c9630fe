/**
 * The control channel's protocol, shared by both ends: revisions and their digests, the delta between two snapshots, the
 * border between the model and the wire ({@code io.backendpool.control.v1} is generated from control.proto), and the files
 * that either end keeps for its next start. Any thread. Imports {@code io.backendpool.pool} and protobuf.
 */
@NullMarked
package io.backendpool.control;

import org.jspecify.annotations.NullMarked;
