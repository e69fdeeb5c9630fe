/**
 * The model of a pool: what the operator translates a manifest to, what travels over the control channel and what a
 * proxy runs. Values only. Any thread may use them. Imports the JDK alone.
 */
@NullMarked
package io.backendpool.pool;

import org.jspecify.annotations.NullMarked;
