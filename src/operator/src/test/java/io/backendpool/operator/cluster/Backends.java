package io.backendpool.operator.cluster;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Web servers of this JVM that answer with their name, behind a Service. Where there are controllers each is a pod, and its
 * EndpointSlice is the controller's work; else this writes the slices as that controller does. They listen on an address of
 * this host that is not loopback, because the API server takes no other for an endpoint; each on a port of its own, so that
 * each has its own slice.
 */
final class Backends implements AutoCloseable {
    /** Answered after longer than it takes from a pod's deletion to its SIGTERM. */
    static final String SLOW = "/slow";

    private static final long SLOW_NANOS = 8_000_000_000L;
    private static final String APP = "app";

    private final TestNamespace namespace;
    private final String host;
    private final Map<String, HttpServer> servers = new HashMap<>();
    private final Map<String, Integer> ports = new HashMap<>();
    private final AtomicInteger slow = new AtomicInteger();

    Backends(TestNamespace namespace) throws IOException {
        this.namespace = namespace;
        this.host = notLoopback();
    }

    /** The address that all listen on; empty: this host has none that an endpoint may have. */
    String host() {
        return host;
    }

    /** A Service whose port 80 leads to those of {@link #add}. */
    void service(String service) {
        if (!namespace.server.hasControllers()) {
            namespace.service(service, 80, 8080);
            return;
        }
        Kubelet.node(namespace.client);
        namespace
                .client
                .resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name)
                        .withName(service)
                        .endMetadata()
                        .withNewSpec()
                        .addToSelector(APP, service)
                        .addNewPort()
                        .withPort(80)
                        .withTargetPort(new IntOrString("http"))
                        .endPort()
                        .endSpec()
                        .build())
                .create();
    }

    /** One more backend that answers, of no Service. Gives back its port. */
    int serve(String name) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(host, ports.getOrDefault(name, 0)), 512);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            if (exchange.getRequestURI().getPath().equals(SLOW)) {
                slow.incrementAndGet();
                LockSupport.parkNanos(SLOW_NANOS);
                slow.decrementAndGet();
            }
            byte[] body = name.getBytes(StandardCharsets.UTF_8);
            try (exchange) {
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        servers.put(name, server);
        ports.put(name, server.getAddress().getPort());
        return server.getAddress().getPort();
    }

    /** How many answers to {@link #SLOW} are being waited for. */
    int slowNow() {
        return slow.get();
    }

    /** It refuses connections from now on, like a process that has crashed. {@link #serve} brings it back, on its port. */
    void crash(String name) {
        Objects.requireNonNull(servers.remove(name)).stop(0);
    }

    /** One more backend behind {@code service}, ready. */
    void add(String service, String name) throws IOException {
        int port = serve(name);
        if (!namespace.server.hasControllers()) {
            namespace.endpoints(service, name, port, List.of(host));
            return;
        }
        namespace
                .client
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name)
                        .withName(name)
                        .addToLabels(APP, service)
                        .endMetadata()
                        .withNewSpec()
                        .withNodeName(Kubelet.NODE)
                        .addNewContainer()
                        .withName(APP)
                        .withImage("none")
                        .addNewPort()
                        .withName("http")
                        .withContainerPort(port)
                        .endPort()
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        namespace.client.pods().inNamespace(namespace.name).withName(name).editStatus(pod -> new PodBuilder(pod)
                .withNewStatus()
                .withPhase("Running")
                .withHostIP(host)
                .withPodIP(host)
                .addNewPodIP(host)
                .withStartTime(Instant.now().toString())
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .withLastTransitionTime(Instant.now().toString())
                .endCondition()
                .endStatus()
                .build());
    }

    /** Its pod is told to end: it still serves, and no new traffic is to go to it. */
    void terminating(String name) {
        if (namespace.server.hasControllers()) {
            namespace
                    .client
                    .pods()
                    .inNamespace(namespace.name)
                    .withName(name)
                    .withGracePeriod(600)
                    .delete();
            return;
        }
        namespace
                .client
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace.name)
                .withName(name)
                .edit(slice -> {
                    EndpointConditions conditions =
                            slice.getEndpoints().getFirst().getConditions();
                    conditions.setReady(false);
                    conditions.setServing(true);
                    conditions.setTerminating(true);
                    return slice;
                });
    }

    /** Its pod is no more. {@link #crash} ends what still answers. */
    void gone(String name) {
        if (namespace.server.hasControllers()) {
            namespace
                    .client
                    .pods()
                    .inNamespace(namespace.name)
                    .withName(name)
                    .withGracePeriod(0)
                    .delete();
            return;
        }
        EndpointSlice slice = namespace
                .client
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace.name)
                .withName(name)
                .get();
        namespace.client.resource(slice).delete();
    }

    private static String notLoopback() throws IOException {
        for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress address : network.inetAddresses().toList()) {
                if (address instanceof Inet4Address && !address.isLoopbackAddress() && !address.isLinkLocalAddress()) {
                    return address.getHostAddress();
                }
            }
        }
        return "";
    }

    @Override
    public void close() {
        servers.values().forEach(server -> server.stop(0));
    }
}
