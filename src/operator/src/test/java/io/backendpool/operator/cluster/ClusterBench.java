package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No test: what bench/endpoint-to-ack and bench/steady-state run, on the scenarios' operator and proxies. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class ClusterBench extends ClusterScenario {
    private static final int CHANGES = Integer.getInteger("bench.changes", 100);
    private static final int SLICE = 100;
    private static final long PAUSE_NANOS = 200_000_000;
    private static final String SYNCED = " synced revision ";

    @Override
    List<String> jvm() {
        return OperatorProcess.AS_IN_THE_IMAGE;
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 1_000})
    void endpointToAck(int endpoints) throws Exception {
        operator("one");
        namespace.service("web", 80, 8080);
        List<EndpointSlice> slices = slices(endpoints);
        slices.forEach(slice -> namespace.client.resource(slice).create());
        pool("{name: stable, service: {name: web, port: 80}}");
        serving(2);
        awaitBackends(endpoints);
        long[] took = new long[CHANGES];
        for (int i = 0; i < CHANGES; i++) {
            // Edits do not coalesce.
            LockSupport.parkNanos(PAUSE_NANOS);
            EndpointSlice next = toggled(slices.getFirst(), i % 2 == 0);
            long read = Files.size(operatorCalled("one").log());
            long sent = System.nanoTime();
            namespace.client.resource(next).update();
            awaitSynced(read);
            took[i] = System.nanoTime() - sent;
        }
        Arrays.sort(took);
        System.out.printf(
                "EndpointSlice change to last ack, %d endpoints, %d changes, 2 proxies: median %d ms, p90 %d ms, maximum %d ms%n",
                endpoints,
                CHANGES,
                millis(took[CHANGES / 2]),
                millis(took[CHANGES * 9 / 10]),
                millis(took[CHANGES - 1]));
        System.out.printf(
                "RSS after it: operator %d MiB, proxies %s MiB%n",
                operatorCalled("one").rssMiB(), proxiesRss());
    }

    @Test
    void steadyState() throws Exception {
        operator("one");
        shopOf(3, "healthCheck: {http: {path: /}, interval: 1s, timeout: 500ms}");
        awaitQuiet();
        var before = Writes.all(operatorCalled("one").page("/metrics"));
        await("60 s")
                .pollDelay(Duration.ofSeconds(60))
                .atMost(Duration.ofSeconds(70))
                .until(() -> true);
        var after = Writes.all(operatorCalled("one").page("/metrics"));
        before.forEach((kind, count) -> after.merge(kind, -count, Integer::sum));
        after.values().removeIf(count -> count == 0);
        System.out.printf(
                "steady state, 1 pool, 3 healthy backends, 2 proxies, 60 s: writes at the API server %s%n", after);
    }

    private void awaitQuiet() {
        int[] last = {-1};
        await().atMost(SOON).pollInterval(Bootstraps.PAUSE.plusSeconds(2)).until(() -> {
            int now = Writes.sum(operatorCalled("one").writes());
            boolean same = now == last[0];
            last[0] = now;
            return same;
        });
    }

    /** Until the operator's log says, behind {@code position}, that every proxy runs what was published. */
    private void awaitSynced(long position) throws IOException {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!read(position).contains(SYNCED)) {
            assertThat(System.nanoTime()).as("no proxy acknowledges").isLessThan(deadline);
            LockSupport.parkNanos(500_000);
        }
    }

    private String read(long position) throws IOException {
        try (var log = Files.newByteChannel(operatorCalled("one").log())) {
            log.position(position);
            var bytes = java.nio.ByteBuffer.allocate(16_384);
            int length = Math.max(0, log.read(bytes));
            return new String(bytes.array(), 0, length, java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    private List<EndpointSlice> slices(int endpoints) {
        List<EndpointSlice> slices = new ArrayList<>();
        for (int from = 0; from < endpoints; from += SLICE) {
            List<Endpoint> some = new ArrayList<>();
            for (int i = from; i < Math.min(endpoints, from + SLICE); i++) {
                some.add(endpoint("10.200.%d.%d".formatted(i / 250, 1 + i % 250)));
            }
            slices.add(new EndpointSliceBuilder()
                    .withNewMetadata()
                    .withNamespace(namespace.name)
                    .withName("web-" + from)
                    .addToLabels("kubernetes.io/service-name", "web")
                    .endMetadata()
                    .withAddressType("IPv4")
                    .addNewPort()
                    .withName("")
                    .withPort(8080)
                    .withProtocol("TCP")
                    .endPort()
                    .withEndpoints(some)
                    .build());
        }
        return slices;
    }

    private static Endpoint endpoint(String address) {
        return new EndpointBuilder()
                .withAddresses(address)
                .withNewConditions()
                .withReady(true)
                .endConditions()
                .build();
    }

    /** With one endpoint more than {@code slice}, or as it was. */
    private static EndpointSlice toggled(EndpointSlice slice, boolean more) {
        return more
                ? slice.edit().addToEndpoints(endpoint("10.201.0.1")).build()
                : slice.edit().build();
    }

    private List<Long> proxiesRss() throws IOException {
        List<Long> sizes = new ArrayList<>();
        for (PodProcess proxy : kubelet().pods()) {
            sizes.add(Programs.rssMiB(proxy.pid()));
        }
        return sizes;
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
