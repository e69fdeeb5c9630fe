/**
 * The Kubernetes objects that a pool owns, one class each: a pure function from the {@code BackendPool} and the operator's
 * own installation to the object that is to be, and the JOSDK dependent resource that applies it. Called by JOSDK's
 * threads, one pool's calls never overlapping; a function holds no state. Imports the API beans, {@code control} for the
 * last known good pool, Fabric8 and JOSDK; nothing of the operator's other packages but {@code translate}'s durations.
 */
@NullMarked
package io.backendpool.operator.resources;

import org.jspecify.annotations.NullMarked;
