package io.backendpool.proxy.warmup;

import io.backendpool.pool.Certificate;
import io.netty.handler.ssl.OpenSsl;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SSLEngineOptions;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;

/**
 * A key and a certificate of P-256 for 127.0.0.1, made for this process and known to nobody else: there is none to be found
 * in an image. Immutable; any thread.
 *
 * @param chain the certificate, PEM; it vouches for itself (RFC 5280, 4.1)
 * @param key PKCS #8 in PEM
 */
public record LoopbackCertificate(String chain, String key) {
    /** For who speaks TLS to 127.0.0.1. */
    public static final Duration LIFE = Duration.ofHours(1);

    private static final DateTimeFormatter UTC_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int OID = 0x06;
    private static final int UTF8_STRING = 0x0c;
    private static final int UTC_TIME_TAG = 0x17;
    /** {@code ecdsa-with-SHA256}, RFC 5758, 3.2. */
    private static final byte[] ECDSA_WITH_SHA256 =
            der(SEQUENCE, der(OID, bytes(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)));

    private static final byte[] COMMON_NAME = der(OID, bytes(0x55, 0x04, 0x03));
    private static final byte[] SUBJECT_ALT_NAME = der(OID, bytes(0x55, 0x1d, 0x11));

    /** Makes one that is valid for {@link #LIFE}. Takes some milliseconds. */
    public static LoopbackCertificate make(Instant now) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        byte[] name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, ascii("loopback")))));
        byte[] names = der(SEQUENCE, der(0x87, bytes(127, 0, 0, 1)), der(0x82, ascii("localhost")));
        byte[] toSign = der(
                SEQUENCE,
                der(0xa0, der(INTEGER, bytes(2))),
                der(INTEGER, bytes(1)),
                ECDSA_WITH_SHA256,
                name,
                der(SEQUENCE, time(now.minus(LIFE)), time(now.plus(LIFE))),
                name,
                pair.getPublic().getEncoded(),
                der(0xa3, der(SEQUENCE, der(SEQUENCE, SUBJECT_ALT_NAME, der(OCTET_STRING, names)))));
        Signature signing = Signature.getInstance("SHA256withECDSA");
        signing.initSign(pair.getPrivate());
        signing.update(toSign);
        byte[] certificate = der(SEQUENCE, toSign, ECDSA_WITH_SHA256, der(BIT_STRING, bytes(0), signing.sign()));
        return new LoopbackCertificate(
                pem("CERTIFICATE", certificate),
                pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    }

    private static byte[] time(Instant time) {
        return der(UTC_TIME_TAG, ascii(UTC_TIME.format(time)));
    }

    /** X.690, 8.1: a tag, the length, the contents. */
    private static byte[] der(int tag, byte[]... contents) {
        int length = 0;
        for (byte[] content : contents) {
            length += content.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length >= 0x100) {
            out.write(0x82);
            out.write(length >> 8);
        } else if (length >= 0x80) {
            out.write(0x81);
        }
        out.write(length);
        for (byte[] content : contents) {
            out.writeBytes(content);
        }
        return out.toByteArray();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String pem(String what, byte[] der) {
        String text = Base64.getMimeEncoder(64, bytes('\n')).encodeToString(der);
        return "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n";
    }

    /** As a listener presents it. */
    Certificate forListeners(String name) {
        return new Certificate(name, chain, key);
    }

    HttpServerOptions secure(HttpServerOptions server) {
        return server.setSsl(true).setKeyCertOptions(pem()).setSslEngineOptions(engine());
    }

    NetServerOptions secure(NetServerOptions server) {
        return server.setSsl(true).setKeyCertOptions(pem()).setSslEngineOptions(engine());
    }

    /** A client that trusts whom it finds: nobody else knows where to listen. */
    static NetClientOptions secure(NetClientOptions client, String protocol) {
        return client.setSsl(true)
                .setTrustAll(true)
                .setHostnameVerificationAlgorithm("")
                .setUseAlpn(true)
                .setApplicationLayerProtocols(List.of(protocol))
                .setSslEngineOptions(engine());
    }

    private PemKeyCertOptions pem() {
        return new PemKeyCertOptions().setCertValue(Buffer.buffer(chain)).setKeyValue(Buffer.buffer(key));
    }

    /** That of the traffic: another one would have to be loaded. */
    private static SSLEngineOptions engine() {
        return OpenSsl.isAvailable() ? new OpenSSLEngineOptions() : new JdkSSLEngineOptions();
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "LoopbackCertificate[127.0.0.1]";
    }
}
