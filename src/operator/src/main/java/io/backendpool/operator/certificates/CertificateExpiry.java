package io.backendpool.operator.certificates;

import java.time.Instant;

/**
 * Until when the control channel can prove itself.
 *
 * @param server when the control server's certificate expires
 * @param ca when the CA that signs now expires
 */
public record CertificateExpiry(Instant server, Instant ca) {}
