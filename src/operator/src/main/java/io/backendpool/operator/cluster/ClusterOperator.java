package io.backendpool.operator.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.vertx.VertxHttpClientFactory;
import java.io.IOException;
import java.time.Clock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The operator on a cluster: one of several that share a Lease. The one that holds it serves the control channel and writes;
 * the others wait.
 */
public final class ClusterOperator implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ClusterOperator.class);

    /** Whoever asks tries again by itself; a proxy that waits for its token's review must not wait for minutes. */
    private static final int RETRIES = 2;

    private static final int REQUEST_MILLIS = 5_000;

    private final KubernetesClient client;
    private final Clock clock;
    private final ClusterOptions options;
    private final OperatorMetrics metrics;
    private final AdminServer admin;
    private final Leadership leadership;
    private volatile @Nullable LeaderTerm term;

    private ClusterOperator(Config config, ClusterOptions options, Clock clock) throws IOException {
        this.options = options;
        this.clock = clock;
        this.metrics = new OperatorMetrics(clock);
        this.client = new KubernetesClientBuilder()
                // With a Vert.x of its own: Quarkus closes its one at SIGTERM, before the Lease is given back.
                .withHttpClientFactory(new VertxHttpClientFactory())
                .withConfig(new ConfigBuilder(config)
                        .withRequestRetryBackoffLimit(RETRIES)
                        .withRequestTimeout(REQUEST_MILLIS)
                        .build())
                .withHttpClientBuilderConsumer(
                        http -> http.addOrReplaceInterceptor("api-writes", new ApiWrites(metrics.meters())))
                .build();
        try {
            this.admin = new AdminServer(options.adminHost(), options.adminPort(), this::notReady, metrics.meters());
        } catch (IOException failed) {
            client.close();
            throw failed;
        }
        this.leadership = new Leadership(client, options, this::lead);
        LOG.infof(
                "operator=%s of %s stands for the lease %s/%s",
                options.identity(), options.scope(), options.namespace(), options.leaseName());
    }

    /**
     * Starts, without waiting for anything of the cluster.
     *
     * @param config where the API server is, and as whom
     * @throws IOException the admin port cannot be had
     */
    public static ClusterOperator start(Config config, ClusterOptions options, Clock clock) throws IOException {
        return new ClusterOperator(config, options, clock);
    }

    private AutoCloseable lead() throws IOException {
        LeaderTerm begun = LeaderTerm.begin(client, options, metrics, clock);
        term = begun;
        metrics.term(begun);
        return () -> {
            term = null;
            metrics.term(null);
            begun.close();
        };
    }

    /** Why it is not ready; null: it leads, or it stands by and knows who does. */
    public @Nullable String notReady() {
        LeaderTerm now = term;
        if (now != null) {
            return now.notReady();
        }
        if (leadership.isLeading()) {
            return "the control server is being started";
        }
        return leadership.leader() == null ? "the Lease has not been read yet" : null;
    }

    /** The port of probes and metrics. */
    public int adminPort() {
        return admin.port();
    }

    /** The port of the control channel; 0: this one does not lead. */
    public int controlPort() {
        LeaderTerm now = term;
        return now == null ? 0 : now.controlPort();
    }

    /** What {@code /metrics} says. */
    String metricsText() {
        return metrics.meters().scrape();
    }

    /** Steps down in order, then stops. Proxies go on. */
    @Override
    public void close() {
        leadership.close();
        admin.close();
        client.close();
    }
}
