package io.backendpool.api.v1alpha1;

/** A TCP connection as a probe. It has no settings. */
public class TcpProbe {}
