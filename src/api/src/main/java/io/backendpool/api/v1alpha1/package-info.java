/**
 * The {@code BackendPool} custom resource, version v1alpha1: beans as Jackson reads and writes them. The CRD is generated
 * from these types and their annotations; no logic lives here. A bean is confined to the thread that read it; the
 * operator turns it into records at its border.
 */
@NullMarked
package io.backendpool.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
