package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.operator.secrets.TestSecret;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** TLS at the proxies, with the certificate of a Secret that is renewed, broken and mended under load. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ClusterHttpsIT extends ClusterScenario {
    private static final String SECRET = "web-tls";

    private final List<TestSecret> certificates =
            List.of(TestSecret.ecdsa("web.test"), TestSecret.ecdsa("web.test"), TestSecret.rsa("web.test"));
    private int httpsPort;

    @Test
    void secret_renewedBrokenAndMended_losesNoRequest_andIsToldTruly() throws Exception {
        httpsPort = free();
        operator("one");
        backends().service("web");
        backends().add("web", "web-1");
        put(certificates.getFirst().content());
        poolOf("""
                {listeners: [{name: http, port: %d, protocol: HTTP},
                  {name: https, port: %d, protocol: HTTPS, tls: {certificateRefs: [{name: %s}]}}],
                 backends: [{name: stable, service: {name: web, port: 80}}]}""".formatted(listenerPort, httpsPort, SECRET));
        serving(2);
        awaitPresented(certificates.getFirst());

        try (Traffic traffic = Traffic.start(() -> kubelet().endpoints(httpsPort), trusting())) {
            more(traffic, 200);
            put(certificates.get(1).content());
            awaitPresented(certificates.get(1));
            more(traffic, 200);

            Map<String, byte[]> broken = new HashMap<>(certificates.get(2).content());
            broken.put("tls.key", "garbage".getBytes(StandardCharsets.UTF_8));
            put(broken);
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(condition("ResolvedRefs").getStatus()).isEqualTo("False"));
            assertThat(condition("ResolvedRefs").getReason()).isEqualTo("CertificateInvalid");
            assertThat(condition("ResolvedRefs").getMessage())
                    .startsWith(
                            "spec.listeners[1].tls.certificateRefs[0].name: web-tls has no private key in its tls.key")
                    .endsWith("its last good certificate goes on");
            awaitPresented(certificates.get(1));
            more(traffic, 200);

            put(certificates.get(2).content());
            awaitPresented(certificates.get(2));
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(condition("ResolvedRefs").getStatus()).isEqualTo("True"));
            noneFailed(traffic);
        }
        assertThat(kubelet().pods()).as("no proxy was started anew").hasSize(2);
        keysAreNowhereElse();
    }

    private void put(Map<String, byte[]> content) {
        namespace.secret(SECRET, "kubernetes.io/tls", content);
    }

    private void awaitPresented(TestSecret expected) {
        await("both proxies present the certificate")
                .atMost(SOON)
                .ignoreExceptions()
                .untilAsserted(() -> {
                    List<InetSocketAddress> proxies = kubelet().endpoints(httpsPort);
                    assertThat(proxies).hasSize(2);
                    for (InetSocketAddress proxy : proxies) {
                        assertThat(presented(proxy)).isEqualTo(expected.certificate());
                    }
                });
    }

    private Certificate presented(InetSocketAddress proxy) throws IOException, GeneralSecurityException {
        try (SSLSocket socket = (SSLSocket) trusting().createSocket(proxy.getAddress(), proxy.getPort())) {
            socket.startHandshake();
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    /** Clients that trust the certificates of this test and no others; without resumption, so each sees one. */
    private SSLSocketFactory trusting() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < certificates.size(); i++) {
            store.setCertificateEntry("own" + i, certificates.get(i).certificate());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    /** Not in a log, and not in a ConfigMap. */
    private void keysAreNowhereElse() throws IOException {
        for (TestSecret secret : certificates) {
            String line = secret.key().lines().skip(1).findFirst().orElseThrow();
            try (var logs = Files.list(directory)) {
                for (Path log :
                        logs.filter(file -> file.toString().endsWith(".log")).toList()) {
                    assertThat(Files.readString(log)).as("%s", log).doesNotContain(line);
                }
            }
            for (ConfigMap map : namespace
                    .client
                    .configMaps()
                    .inNamespace(namespace.name)
                    .list()
                    .getItems()) {
                assertThat(String.valueOf(map.getData())).doesNotContain(line);
            }
        }
    }
}
