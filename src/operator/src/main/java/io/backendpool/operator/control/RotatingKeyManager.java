package io.backendpool.operator.control;

import io.backendpool.operator.certificates.CertificateAuthority;
import io.backendpool.operator.certificates.ServerIdentity;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Gives each handshake the authority's current server certificate, so that it rotates without a restart. Any thread.
 */
final class RotatingKeyManager extends X509ExtendedKeyManager {
    /** A handshake asks for alias, chain and key one after the other: a rotation in between must not mix them. */
    private static final int REMEMBERED = 4;

    private static final String KEY_TYPE = "EC";

    private final CertificateAuthority authority;
    private final Map<String, ServerIdentity> byAlias = new LinkedHashMap<>();

    RotatingKeyManager(CertificateAuthority authority) {
        this.authority = authority;
    }

    @Override
    public synchronized @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        if (!keyType.equals(KEY_TYPE)) {
            return null;
        }
        ServerIdentity identity = authority.server();
        String alias = identity.chain().getFirst().getSerialNumber().toString(16);
        byAlias.put(alias, identity);
        if (byAlias.size() > REMEMBERED) {
            byAlias.remove(byAlias.keySet().iterator().next());
        }
        return alias;
    }

    @Override
    public synchronized X509Certificate @Nullable [] getCertificateChain(String alias) {
        ServerIdentity identity = byAlias.get(alias);
        return identity == null ? null : identity.chain().toArray(new X509Certificate[0]);
    }

    @Override
    public synchronized @Nullable PrivateKey getPrivateKey(String alias) {
        ServerIdentity identity = byAlias.get(alias);
        return identity == null ? null : identity.key();
    }

    // Netty asks engines only, and only as a server.

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }
}
