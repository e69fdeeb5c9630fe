/**
 * A discrete-event simulation of proxies, backends and their queues: what policies do to the tail latency. Deterministic: time
 * is simulated and chance has a seed. {@code docs/balancing-simulation.md} has what {@link
 * io.backendpool.pool.simulation.SimulationReport} prints.
 */
package io.backendpool.pool.simulation;
