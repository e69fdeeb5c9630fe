package io.backendpool.proxy.tls;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import org.jspecify.annotations.Nullable;

/** The kinds of keys that a server may have, as clients name them. */
enum KeyKind {
    RSA(0, 0),
    P256(0x0403, 23),
    P384(0x0503, 24),
    P521(0x0603, 25);

    private final int signature;
    private final int group;

    KeyKind(int signature, int group) {
        this.signature = signature;
        this.group = group;
    }

    /** Null: none of these. */
    static @Nullable KeyKind of(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa -> RSA;
            case ECPublicKey ec ->
                switch (ec.getParams().getCurve().getField().getFieldSize()) {
                    case 256 -> P256;
                    case 384 -> P384;
                    case 521 -> P521;
                    default -> null;
                };
            default -> null;
        };
    }

    /** Its SignatureScheme in TLS 1.3. */
    int signature() {
        return signature;
    }

    /** Its NamedGroup. */
    int group() {
        return group;
    }
}
