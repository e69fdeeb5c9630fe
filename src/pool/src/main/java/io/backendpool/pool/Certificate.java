package io.backendpool.pool;

/**
 * A certificate that listeners present, with its private key. Holds a secret: it is never logged, and what stores it is
 * readable by its owner only.
 *
 * @param name the Secret that it comes from, unique in the pool
 * @param chain the server's certificate and the intermediates that follow it, PEM
 * @param key its private key, PKCS #8 in PEM
 */
public record Certificate(String name, String chain, String key) {
    public Certificate {
        Require.notEmpty("certificates[].name", name);
        Require.notEmpty("certificates[" + name + "].chain", chain);
        Require.notEmpty("certificates[" + name + "].key", key);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "Certificate[name=" + name + "]";
    }
}
