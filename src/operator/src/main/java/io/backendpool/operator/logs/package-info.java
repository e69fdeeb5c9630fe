/**
 * What log lines carry beyond their words, and in which form they are written. Any thread. Imports JBoss Logging and the
 * log manager alone.
 */
@NullMarked
package io.backendpool.operator.logs;

import org.jspecify.annotations.NullMarked;
