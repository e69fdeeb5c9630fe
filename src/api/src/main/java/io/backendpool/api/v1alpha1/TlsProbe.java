package io.backendpool.api.v1alpha1;

/** A TLS handshake as a probe. It has no settings. */
public class TlsProbe {}
