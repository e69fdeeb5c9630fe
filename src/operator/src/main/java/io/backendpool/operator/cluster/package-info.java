/**
 * The operator on a cluster: pools and endpoints come from the API server, proxies run in Deployments, status goes to the
 * resource. Everything between is shared with standalone mode. Informers run on threads of the Kubernetes client, what
 * writes on threads of its own.
 */
@NullMarked
package io.backendpool.operator.cluster;

import org.jspecify.annotations.NullMarked;
