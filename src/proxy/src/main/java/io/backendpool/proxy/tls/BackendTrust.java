package io.backendpool.proxy.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Judges the certificates of a group's backends as the JDK does, name included, and says what it found and what it
 * expected where it refuses one. Any thread.
 */
final class BackendTrust extends X509ExtendedTrustManager {
    private static final int MOST_NAMED = 3;

    /** The authorities that the system trusts: read once, by the first group that needs them. */
    private static final class OfSystem {
        static final X509ExtendedTrustManager MANAGER = load();

        private static X509ExtendedTrustManager load() {
            try {
                return manager(null);
            } catch (GeneralSecurityException broken) {
                throw new IllegalStateException("the JDK's own trust store cannot be read", broken);
            }
        }
    }

    private final X509ExtendedTrustManager delegate;
    private final @Nullable String serverName;

    private BackendTrust(X509ExtendedTrustManager delegate, @Nullable String serverName) {
        this.delegate = delegate;
        this.serverName = serverName;
    }

    /**
     * Trusts {@code authorities}; null: those that the system trusts.
     *
     * @param serverName for the messages
     */
    static BackendTrust in(@Nullable List<X509Certificate> authorities, @Nullable String serverName)
            throws GeneralSecurityException {
        return new BackendTrust(authorities == null ? OfSystem.MANAGER : manager(storeOf(authorities)), serverName);
    }

    private static X509ExtendedTrustManager manager(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("the JDK has no X.509 trust manager");
    }

    private static KeyStore storeOf(List<X509Certificate> authorities) throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("ca-" + i, authorities.get(i));
            }
            return store;
        } catch (java.io.IOException impossible) {
            throw new KeyStoreException(impossible);
        }
    }

    private interface Check {
        void run() throws CertificateException;
    }

    private void checked(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            check.run();
        } catch (CertificateException refused) {
            throw new CertificateException(describe(chain, refused), refused);
        }
    }

    private String describe(X509Certificate[] chain, CertificateException refused) {
        if (chain.length == 0) {
            return "the backend shows no certificate";
        }
        X509Certificate own = chain[0];
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case CertificateExpiredException expired -> {
                    return "certificate expired at " + own.getNotAfter().toInstant();
                }
                case CertificateNotYetValidException early -> {
                    return "certificate is valid from " + own.getNotBefore().toInstant() + " on (expected: now)";
                }
                case CertPathBuilderException unknown -> {
                    return "certificate is signed by %s (expected: an authority that is trusted)"
                            .formatted(own.getIssuerX500Principal().getName());
                }
                default -> {}
            }
        }
        String message = String.valueOf(refused.getMessage());
        if (serverName != null && (message.startsWith("No subject alternative") || message.startsWith("No name"))) {
            return "certificate is for %s (expected: %s)".formatted(namesOf(own), serverName);
        }
        return "certificate is refused: " + message;
    }

    private static String namesOf(X509Certificate certificate) throws IllegalStateException {
        try {
            List<String> names = ServerCertificate.names(certificate);
            if (names.isEmpty()) {
                return "no DNS name";
            }
            String shown = String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size())));
            return names.size() <= MOST_NAMED ? shown : shown + " and " + (names.size() - MOST_NAMED) + " more";
        } catch (GeneralSecurityException malformed) {
            return "a name that cannot be read";
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        checked(chain, () -> delegate.checkServerTrusted(chain, type, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        checked(chain, () -> delegate.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        checked(chain, () -> delegate.checkServerTrusted(chain, type));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        throw noClients();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw noClients();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw noClients();
    }

    private static CertificateException noClients() {
        return new CertificateException("judges backends only");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return delegate.getAcceptedIssuers();
    }
}
