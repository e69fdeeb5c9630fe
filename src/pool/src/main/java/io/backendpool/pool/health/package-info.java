/**
 * The health of one backend as a state machine, the detection of outliers, and the weights that follow from the health of
 * all. No I/O, no clock and no randomness of its own: both come in as arguments. Imports {@code io.backendpool.pool}.
 *
 * <p>In the order in which a change flows, and on which thread of a proxy each runs:
 *
 * <pre>
 * who                what                                                         thread
 * Outcomes           counts what became of each request, one a backend and loop   event loop
 * FailureRuns        failures in a row, one a backend, shared by the loops        event loops
 * OutlierDetector    ejects and lets return                                       health
 * BackendHealth      all inputs to one state with its reason, a value             health
 * AdaptiveWeights    a controller of weights, a pure function                     health
 * EffectiveWeights   all of it to weights, a mode and sentences, a pure function  health
 * </pre>
 *
 * <h2>How a proxy calls it</h2>
 *
 * <p><b>Event loop.</b> For each request or stream that ends, once: {@link
 * io.backendpool.pool.health.Outcomes#answered} when the response's head is there, {@link
 * io.backendpool.pool.health.Outcomes#failed} when none came: {@code LOCAL_ORIGIN} where no connection could be made
 * (refused, unreachable, connect timeout, TLS), {@code TIMEOUT} where the response was late, {@code RESET} where the
 * connection or stream ended before it. Each attempt of a request counts for its own backend. What the client ended, and
 * what a limit of the proxy refused, counts for none. A stream without messages counts {@link
 * io.backendpool.pool.health.Outcomes#succeeded} once connected. Where a call returns a kind, the loop tells the health
 * thread (the one allocation, once a run), which calls {@link io.backendpool.pool.health.OutlierDetector#onRun}.
 *
 * <p><b>Health thread</b>, that of the proxy's health monitor; nothing else here is called by another one:
 *
 * <ul>
 *   <li>A new revision: {@code BackendHealth.initial} for the backends of the first pool, {@code joined} for those that come
 *       later, {@code onConditions} and {@code onSlowStart} for those that stay; {@code OutlierDetector.rules} and {@code
 *       hosts}; {@code FailureRuns.limit} of each backend by {@code OutlierDetector.limit} (0 where the pool has no outlier
 *       detection); {@code onOverride} of each backend by {@code Overrides.of(snapshot.overrides(), now).drain(key)}. A
 *       pool without outlier detection has no detector: its ejections end with {@code onEjection(null)}.
 *   <li>A probe: {@code onSuccess} or {@code onFailure}, then {@code OutlierDetector.onProbe}, whose decision goes to {@code
 *       onEjection}. A line of the agent: {@code onAgent(health.signals().agent().hear(line))}.
 *   <li>A run told by a loop: {@code OutlierDetector.onRun}. A decision to eject and one to let return are each followed by
 *       {@code FailureRuns.endAll} of that backend, so that it begins anew.
 *   <li>Each {@code outlierDetection.interval}: the sum of {@code Outcomes.tally} over the loops less that of the last
 *       time, for each backend, to {@code sweep}. At {@code nextTime} in between: {@code onTime}.
 *   <li>Each {@code AdaptiveWeights.INTERVAL}, unless the mode is Off: {@code AdaptiveWeights.next} with the same kind of
 *       differences; eligible is what has a weight.
 *   <li>While a backend warms up, each {@code SlowStartRamp.step}: {@code onTime} of each. At {@code Overrides.nextExpiry}:
 *       {@code onOverride} of each.
 *   <li>After any of these that changed a state, an adaptation that is enforced, or a ramp: {@code EffectiveWeights.of},
 *       once for all that came within a moment, and publish.
 * </ul>
 *
 * <p>{@code ProxySeat.of(index, count)} needs someone who deals out the indexes: the operator, as it knows the proxies
 * (docs/adr/0045-seats-are-dealt-out.md). A proxy keeps the last seat that it was given, and goes {@code byName} until the
 * first. Without one, a proxy uses all backends.
 */
@NullMarked
package io.backendpool.pool.health;

import org.jspecify.annotations.NullMarked;
