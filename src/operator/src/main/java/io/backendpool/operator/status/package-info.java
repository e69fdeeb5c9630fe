/**
 * What many proxies say becomes one status: a pure function of spec, snapshot and reports.
 */
@NullMarked
package io.backendpool.operator.status;

import org.jspecify.annotations.NullMarked;
