package io.backendpool.proxy.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.util.Locale;

/** What does the cryptography of TLS. Why BoringSSL comes first: docs/adr/0023-boringssl.md. */
public enum TlsEngine {
    /** Linked into netty-tcnative; there is one for the platforms that the image is built for. */
    BORINGSSL(SslProvider.OPENSSL_REFCNT),
    /** The JDK's own, which works everywhere. */
    JDK(SslProvider.JDK);

    private final SslProvider provider;

    TlsEngine(SslProvider provider) {
        this.provider = provider;
    }

    /** The best that works here. The first call loads a native library. */
    public static TlsEngine best() {
        return OpenSsl.isAvailable() ? BORINGSSL : JDK;
    }

    /** As logs, metrics and the admin port name it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    SslProvider provider() {
        return provider;
    }
}
