package io.backendpool.operator.certificates;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What the control server proves itself with.
 *
 * @param key the private key of the first certificate
 * @param chain the server's certificate, then the CA that signed it
 */
public record ServerIdentity(PrivateKey key, List<X509Certificate> chain) {
    public ServerIdentity {
        chain = List.copyOf(chain);
    }
}
