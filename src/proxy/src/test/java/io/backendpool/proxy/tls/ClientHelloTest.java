package io.backendpool.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

/** The messages are those of the JDK's client. */
class ClientHelloTest {
    private static final int HEADERS = 5 + 4;

    /** The body of the first message of a client for {@code host}. */
    private static ByteBuf hello(String host, String version, String[] suites, String... signatures) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine(host, 443);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        if (suites.length > 0) {
            parameters.setCipherSuites(suites);
        }
        if (signatures.length > 0) {
            parameters.setSignatureSchemes(signatures);
        }
        engine.setSSLParameters(parameters);
        ByteBuffer record = ByteBuffer.allocate(32 * 1024);
        engine.beginHandshake();
        engine.wrap(ByteBuffer.allocate(0), record);
        return Unpooled.wrappedBuffer(record.flip().position(HEADERS));
    }

    @Test
    void name_isInLowerCase() throws Exception {
        assertThat(ClientHello.parse(hello("Shop.Example.com", "TLSv1.3", new String[0]))
                        .serverName())
                .isEqualTo("shop.example.com");
    }

    @Test
    void noName_isNull() throws Exception {
        assertThat(ClientHello.parse(hello("127.0.0.1", "TLSv1.3", new String[0]))
                        .serverName())
                .isNull();
    }

    @Test
    void tls13_takesWhatItCanVerify() throws Exception {
        ClientHello both = ClientHello.parse(hello("a.b", "TLSv1.3", new String[0]));
        assertThat(both.tls13()).isTrue();
        assertThat(both.takes(KeyKind.P256)).isTrue();
        assertThat(both.takes(KeyKind.RSA)).isTrue();
        ClientHello rsa = ClientHello.parse(hello("a.b", "TLSv1.3", new String[0], "rsa_pss_rsae_sha256"));
        assertThat(rsa.takes(KeyKind.P256)).isFalse();
        assertThat(rsa.takes(KeyKind.RSA)).isTrue();
        ClientHello p384 = ClientHello.parse(hello("a.b", "TLSv1.3", new String[0], "ecdsa_secp384r1_sha384"));
        assertThat(p384.takes(KeyKind.P256)).isFalse();
        assertThat(p384.takes(KeyKind.P384)).isTrue();
        assertThat(p384.takes(KeyKind.RSA)).isFalse();
    }

    @Test
    void tls12_takesEcdsaOnlyWithASuiteForIt() throws Exception {
        String[] rsaOnly = {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"};
        String[] ecdsa = {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"};
        assertThat(ClientHello.parse(hello("a.b", "TLSv1.2", rsaOnly)).takes(KeyKind.P256))
                .isFalse();
        assertThat(ClientHello.parse(hello("a.b", "TLSv1.2", ecdsa)).takes(KeyKind.P256))
                .isTrue();
        assertThat(ClientHello.parse(hello("a.b", "TLSv1.2", ecdsa)).tls13()).isFalse();
    }

    @Test
    void truncatedAtEachByte_isUnknownOrKnownInPart_andNeverThrows() throws Exception {
        ByteBuf whole = hello("shop.example.com", "TLSv1.3", new String[0]);
        for (int length = 0; length < whole.readableBytes(); length++) {
            assertThat(ClientHello.parse(whole.slice(0, length))).isNotNull();
        }
    }

    @Test
    void mutatedBytes_neverThrow() throws Exception {
        ByteBuf whole = hello("shop.example.com", "TLSv1.3", new String[0]);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            ByteBuf mutated = whole.copy();
            for (int changes = random.nextInt(4) + 1; changes > 0; changes--) {
                mutated.setByte(random.nextInt(mutated.readableBytes()), random.nextInt(256));
            }
            assertThat(ClientHello.parse(mutated)).as("seed %d", seed).isNotNull();
        }
    }
}
