/** The control plane. What each package does, in the order in which a change flows: docs/design.md. */
@NullMarked
package io.backendpool.operator;

import org.jspecify.annotations.NullMarked;
