/** Sample backends for a first look: small HTTP servers, each a process of its own so that it can be killed. JDK only. */
@NullMarked
package io.backendpool.operator.demo;

import org.jspecify.annotations.NullMarked;
