package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the operator and its API server can suffer, under load. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class OperatorAwayIT extends ClusterScenario {
    @Test
    void apiServer_cutFor30Seconds_losesNoRequestAndIsCaughtUpWith() throws Exception {
        Assumptions.assumeTrue(namespace.server.canBeCut(), "only processes of our own are cut off");
        operator("one");
        shopOf(3);
        try (Traffic traffic = traffic()) {
            more(traffic, 200);
            namespace.server.cut();
            try {
                long cut = System.nanoTime();
                await("the leader steps down")
                        .atMost(SOON)
                        .ignoreExceptions()
                        .until(() -> operatorCalled("one").metric("backendpool_leader") == 0);
                await("the proxies know that they are alone").atMost(SOON).until(() -> kubelet().pods().stream()
                        .allMatch(pod -> isConnected(pod, 0)));
                await("30 s").atMost(SOON).until(() -> System.nanoTime() - cut > TimeUnit.SECONDS.toNanos(30));
            } finally {
                namespace.server.restore();
            }
            long restored = System.nanoTime();
            await("the proxies are with the leader again").atMost(SOON).until(() -> kubelet().pods().stream()
                    .allMatch(pod -> isConnected(pod, 1)));
            System.out.printf(
                    "cluster scenario: API server restored, all proxies with the leader again after %d ms%n",
                    millisSince(restored));
            backends().add("web", "web-4");
            awaitBackends(4);
            synced(2);
            // The cluster's own controllers take some seconds to notice that it answers again.
            System.out.printf(
                    "cluster scenario: API server restored, a new endpoint on all proxies after %d ms%n",
                    millisSince(restored));
            traffic.countAnew();
            await().atMost(SOON).until(() -> traffic.of("web-4") > 0);
            noneFailed(traffic);
        }
    }

    @Test
    void lease_takenFromALivingLeader_onlyTheNextWritesAndProxiesFindIt() throws Exception {
        operator("one");
        standby("two");
        shopOf(2);
        try (Traffic traffic = traffic()) {
            more(traffic, 200);
            long taken = System.nanoTime();
            // Its leader renews it meanwhile, and then this write is refused.
            await("the lease is taken")
                    .ignoreException(KubernetesClientException.class)
                    .until(() -> lease().edit(lease -> {
                                lease.getSpec().setHolderIdentity("two");
                                lease.getSpec().setRenewTime(ZonedDateTime.now(ZoneOffset.UTC));
                                lease.getSpec()
                                        .setLeaseTransitions(lease.getSpec().getLeaseTransitions() + 1);
                                return lease;
                            })
                            != null);
            await("one steps down")
                    .atMost(SOON)
                    .ignoreExceptions()
                    .until(() -> operatorCalled("one").metric("backendpool_leader") == 0);
            System.out.printf(
                    "cluster scenario: lease taken, its leader stepped down after %d ms%n", millisSince(taken));
            Map<String, Integer> before = operatorCalled("one").writes();
            operatorCalled("two").awaitLeading();
            backends().add("web", "web-3");
            awaitBackends(3);
            synced(2);
            assertThat(operatorCalled("two").metric("backendpool_proxies_connected"))
                    .isEqualTo(2);
            System.out.printf(
                    "cluster scenario: lease taken, all proxies synced by the next leader after %d ms%n",
                    millisSince(taken));
            assertThat(operatorCalled("two").writes()).containsKey("PATCH backendpools/status");
            assertThat(operatorCalled("one").writes()).isEqualTo(before);

            // Whoever deletes the Lease opens the election for all: again one leads, and the proxies are with it.
            namespace.client.resource(Objects.requireNonNull(lease().get())).delete();
            await("the Lease is held again").atMost(SOON).until(() -> {
                Lease lease = lease().get();
                return lease != null && lease.getSpec().getHolderIdentity() != null;
            });
            backends().add("web", "web-4");
            awaitBackends(4);
            synced(2);
            await("one of them leads")
                    .atMost(SOON)
                    .during(Duration.ofSeconds(2))
                    .until(() -> operatorCalled("one").metric("backendpool_leader")
                                    + operatorCalled("two").metric("backendpool_leader")
                            == 1);
            noneFailed(traffic);
        }
    }

    @Test
    void ca_rotatedOnDemand_losesNoRequestAndProxiesFollow() throws Exception {
        operator("one", "--ca-overlap=10s");
        shopOf(4, "loadBalancing: {subsetSize: 2}");
        String before = bundle();
        X509Certificate first = issuer();
        try (Traffic traffic = traffic()) {
            more(traffic, 200);
            long asked = System.nanoTime();
            namespace
                    .client
                    .secrets()
                    .inNamespace(namespace.name)
                    .withName(ClusterOptions.CERTIFICATES)
                    .edit(secret -> secret.edit()
                            .editMetadata()
                            .addToAnnotations(SecretCertificateStore.ROTATE, "2026-01-01")
                            .endMetadata()
                            .build());
            await("every proxy has both CAs").atMost(SOON).until(() -> kubelet().pods().stream()
                    .allMatch(pod -> isBundleOfTwo(pod, before)));
            System.out.printf("cluster scenario: CA asked for, in every pod after %d ms%n", millisSince(asked));
            await("the new CA signs").atMost(SOON).ignoreExceptions().until(() -> !issuer().equals(first));
            System.out.printf("cluster scenario: CA asked for, signs after %d ms%n", millisSince(asked));
            backends().add("web", "web-5");
            awaitBackends(5);
            synced(2);
            assertThat(issuer()).isNotEqualTo(first);
            List<Part> parts = parts();

            // All dial anew, and meet the new certificate; each goes on with its part of the backends.
            operatorCalled("one").kill();
            more(traffic, 200);
            assertThat(parts()).isEqualTo(parts);
            operator("two", "--ca-overlap=10s");
            await("the proxies are with the next leader").atMost(SOON).until(() -> kubelet().pods().stream()
                    .allMatch(pod -> isConnected(pod, 1)));
            assertThat(parts()).isEqualTo(parts);
            backends().add("web", "web-6");
            awaitBackends(6);
            synced(2);
            assertThat(parts())
                    .extracting(Part::seat)
                    .isEqualTo(parts.stream().map(Part::seat).toList());
            assertThat(issuer()).isNotEqualTo(first);
            traffic.countAnew();
            await().atMost(SOON).until(() -> traffic.of("web-6") > 0);
            noneFailed(traffic);
        }
    }

    /** What one proxy uses of the pool: its seat, and the backends in it. */
    private record Part(String seat, Set<String> backends) {}

    /** The parts of the two proxies, once they have seats: all backends are in one or both, and each answers for its own. */
    private List<Part> parts() throws IOException {
        await("each proxy has a seat").atMost(SOON).ignoreExceptions().untilAsserted(() -> assertThat(
                        kubelet().pods())
                .extracting(pod -> part(pod).seat)
                .containsExactlyInAnyOrder("0 of 2", "1 of 2"));
        List<Part> parts = new ArrayList<>();
        Set<String> together = new TreeSet<>();
        for (PodProcess pod : kubelet().pods()) {
            Part part = part(pod);
            Set<String> answered = new TreeSet<>();
            for (int i = 0; i < 60; i++) {
                answered.add(Traffic.once(new InetSocketAddress(pod.address(), listenerPort)));
            }
            assertThat(answered)
                    .as("of %s", part)
                    .isEqualTo(part.backends.stream().map(name -> "200 " + name).collect(Collectors.toSet()));
            parts.add(part);
            together.addAll(part.backends);
        }
        int total = Objects.requireNonNull(Objects.requireNonNull(status().summary).total);
        assertThat(together).hasSize(total);
        assertThat(parts).allSatisfy(part -> assertThat(part.backends).hasSizeLessThan(total));
        return parts;
    }

    private static Part part(PodProcess pod) throws IOException {
        JsonNode page = new ObjectMapper().readTree(pod.page("/pool"));
        Set<String> used = new TreeSet<>();
        for (JsonNode backend : page.path("backends")) {
            if (backend.path("effectiveWeight").asDouble() > 0) {
                used.add(backend.path("origin").asText());
            }
        }
        JsonNode seat = page.path("seat");
        return new Part(
                seat.path("index").asText() + " of " + seat.path("count").asText(), used);
    }

    private Resource<Lease> lease() {
        return namespace.client.leases().inNamespace(namespace.name).withName("backendpool-operator");
    }

    private String bundle() {
        return new String(
                java.util.Base64.getDecoder()
                        .decode(bootstrap().require().getData().get("ca.crt")),
                java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static boolean isConnected(PodProcess pod, int value) {
        try {
            return pod.page("/metrics").contains("\nbackendpool_control_connected " + value);
        } catch (IOException notNow) {
            return false;
        }
    }

    private static boolean isBundleOfTwo(PodProcess pod, String before) {
        try {
            String now = Files.readString(pod.identity().resolve("ca.crt"));
            return now.startsWith(before) && now.length() > before.length();
        } catch (IOException notNow) {
            return false;
        }
    }

    /** The CA that has signed what the control server shows. */
    private X509Certificate issuer() throws Exception {
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        tls.init(null, new TrustManager[] {new Anyone()}, null);
        try (SSLSocket socket =
                (SSLSocket) tls.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), controlPort)) {
            socket.setSoTimeout(5_000);
            socket.startHandshake();
            List<X509Certificate> chain = java.util.Arrays.stream(
                            socket.getSession().getPeerCertificates())
                    .map(X509Certificate.class::cast)
                    .toList();
            chain.getFirst().verify(chain.get(1).getPublicKey());
            return chain.get(1);
        }
    }

    /** Looks only. */
    private static final class Anyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("serves nobody");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // What it is, the test looks at.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
