package io.backendpool.proxy.http;

import java.nio.charset.StandardCharsets;

/** How a client's connection is protected. */
enum Scheme {
    HTTP("http"),
    HTTPS("https");

    @SuppressWarnings("ImmutableEnumChecker") // see forwardedProto: read only
    private final byte[] forwardedProto;

    Scheme(String name) {
        forwardedProto = ("X-Forwarded-Proto: " + name + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** The field line that tells a backend; not to be changed. */
    byte[] forwardedProto() {
        return forwardedProto;
    }
}
