/**
 * Manifests against the CRD's schema and CEL rules, off line, with file, line and field of every problem.
 * Pure functions of the files' content; any thread.
 */
@NullMarked
package io.backendpool.operator.validate;

import org.jspecify.annotations.NullMarked;
