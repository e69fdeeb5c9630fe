/** Generates the CRD from the beans and guards the checked-in copy. */
@NullMarked
package io.backendpool.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
