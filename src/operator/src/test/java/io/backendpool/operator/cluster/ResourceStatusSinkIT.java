package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes of status, with an API server that fails some of them. */
class ResourceStatusSinkIT {
    private final TestNamespace namespace = new TestNamespace();
    private final AtomicInteger failures = new AtomicInteger();

    @BeforeEach
    void real() {
        Assumptions.assumeTrue(
                namespace.server.kind().isReal(), "needs server-side apply, which the in-JVM server lacks");
    }

    @AfterEach
    void stop() {
        namespace.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {409, 429, 500, 503})
    void write_thatFailsTwice_isTriedAgainWithTheNewestStatus(int code) throws IOException {
        BackendPool pool = namespace.pool("shop", TestNamespace.spec("{name: a, addresses: [\"192.0.2.1:80\"]}"));
        HttpServer failing = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        failing.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(code, -1);
            }
        });
        failing.start();
        failures.set(2);
        try (KubernetesClient client = client(
                        URI.create("http://127.0.0.1:" + failing.getAddress().getPort()));
                PoolEvents events = new PoolEvents(namespace.client, Clock.systemUTC());
                ResourceStatusSink sink = new ResourceStatusSink(client, id -> pool, events, new Random(1))) {
            sink.write(ResourcePools.id(pool), status(1));
            sink.write(ResourcePools.id(pool), status(2));
            await().atMost(Duration.ofSeconds(15))
                    .untilAsserted(() -> assertThat(written()).isEqualTo(2));
            assertThat(failures.get()).isNotPositive();
        } finally {
            failing.stop(0);
        }
    }

    @Test
    void status_applied_leavesSpecAndOtherManagersAlone() throws IOException {
        BackendPool pool = namespace.pool("shop", TestNamespace.spec("{name: a, addresses: [\"192.0.2.1:80\"]}"));
        try (PoolEvents events = new PoolEvents(namespace.client, Clock.systemUTC());
                ResourceStatusSink sink = new ResourceStatusSink(namespace.client, id -> pool, events, new Random(1))) {
            sink.write(ResourcePools.id(pool), status(7));
            await().atMost(Duration.ofSeconds(15))
                    .untilAsserted(() -> assertThat(written()).isEqualTo(7));
            BackendPool now = namespace.client.resource(pool).get();
            assertThat(now.getMetadata().getGeneration()).isEqualTo(1);
            assertThat(Objects.requireNonNull(now.getSpec().backends)).hasSize(1);
            assertThat(now.getMetadata().getManagedFields())
                    .anyMatch(entry -> StatusPatch.FIELD_MANAGER.equals(entry.getManager())
                            && "status".equals(entry.getSubresource()));
        }
    }

    private KubernetesClient client(URI elsewhere) {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(namespace.server.config())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("fail", new Interceptor() {
                    @Override
                    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
                        if (request.method().equals("PATCH")) {
                            if (failures.getAndDecrement() > 0) {
                                builder.uri(elsewhere);
                            }
                        }
                    }
                }))
                .build();
    }

    private long written() {
        BackendPoolStatus status = namespace
                .client
                .resources(BackendPool.class)
                .inNamespace(namespace.name)
                .withName("shop")
                .get()
                .getStatus();
        return status == null || status.revision == null ? 0 : status.revision;
    }

    private static BackendPoolStatus status(long revision) {
        BackendPoolStatus status = new BackendPoolStatus();
        status.revision = revision;
        return status;
    }
}
