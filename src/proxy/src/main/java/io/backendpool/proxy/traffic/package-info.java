/**
 * What went through: counters and latencies, written by one event loop each without locks, read by anyone.
 */
@NullMarked
package io.backendpool.proxy.traffic;

import org.jspecify.annotations.NullMarked;
