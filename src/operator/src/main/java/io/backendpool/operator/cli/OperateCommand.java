package io.backendpool.operator.cli;

import io.backendpool.operator.cluster.ClusterOperator;
import io.backendpool.operator.cluster.ClusterOptions;
import io.backendpool.operator.cluster.Scope;
import io.backendpool.operator.logs.LogFormat;
import io.backendpool.operator.translate.Durations;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code backendpool operate}: the pools of a cluster. */
@Command(
        name = "operate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Keeps the pools of a Kubernetes cluster, until it is stopped. It is what the operator's Deployment runs.",
            "Several may run: the one that holds the Lease serves the proxies and writes; another takes over when it goes."
                    + " Proxies go on without any."
        },
        footer = {
            "",
            "The cluster is found as kubectl finds it: KUBECONFIG, or the ServiceAccount of the pod it runs in.",
            "Exit codes: 0 stopped, 1 could not run, 2 wrong usage."
        })
final class OperateCommand implements Callable<Integer> {
    /** To step down and to give the Lease back; less than the pod's grace period. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--watch-namespaces",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "${env:BACKENDPOOL_WATCH_NAMESPACES:-}",
            description = "Keep the pools of these namespaces only (BACKENDPOOL_WATCH_NAMESPACES). Default: of all.")
    private List<String> watchNamespaces = List.of();

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            defaultValue = "${env:BACKENDPOOL_NAMESPACE:-backendpool-system}",
            description = "The operator's own namespace, for its Lease and its certificates (BACKENDPOOL_NAMESPACE).")
    private String namespace = "";

    @Option(
            names = "--identity",
            paramLabel = "NAME",
            defaultValue = "${env:BACKENDPOOL_IDENTITY:-${env:HOSTNAME:-operator}}",
            description =
                    "Its name in the Lease, another one for each (BACKENDPOOL_IDENTITY). Default: the host's name.")
    private String identity = "";

    @Option(
            names = "--control-port",
            paramLabel = "PORT",
            defaultValue = "${env:BACKENDPOOL_CONTROL_PORT:-8443}",
            description = "The port that proxies dial (BACKENDPOOL_CONTROL_PORT). Default: 8443.")
    private int controlPort;

    @Option(
            names = "--control-name",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "${env:BACKENDPOOL_CONTROL_NAME:-}",
            description = "The DNS names or addresses under which proxies reach that port; they are told the first, the"
                    + " certificate is for all (BACKENDPOOL_CONTROL_NAME). Default: backendpool-control.NAMESPACE.svc.")
    private List<String> controlNames = List.of();

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            defaultValue = "${env:BACKENDPOOL_ADMIN_PORT:-8081}",
            description = "The port of /live, /ready and /metrics (BACKENDPOOL_ADMIN_PORT). Default: 8081.")
    private int adminPort;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "${env:BACKENDPOOL_BIND:-::}",
            description = "The address that both ports are bound to (BACKENDPOOL_BIND). Default: ::, all of them.")
    private String bind = "";

    @Option(
            names = "--lease-name",
            paramLabel = "NAME",
            defaultValue = "${env:BACKENDPOOL_LEASE_NAME:-backendpool-operator}",
            description = "The Lease that one of several operators holds (BACKENDPOOL_LEASE_NAME).")
    private String leaseName = "";

    @Option(
            names = "--ca-overlap",
            paramLabel = "DURATION",
            defaultValue = "${env:BACKENDPOOL_CA_OVERLAP:-24h}",
            description =
                    "How long a new CA of the control channel is trusted before it signs: longer than it takes until a"
                            + " changed Secret is in every pod (BACKENDPOOL_CA_OVERLAP). Default: 24h.")
    private String caOverlap = "";

    @Option(
            names = "--proxy-image",
            paramLabel = "IMAGE",
            defaultValue = "${env:BACKENDPOOL_PROXY_IMAGE:-backendpool-proxy:latest}",
            description = "The image of proxies whose pool names none (BACKENDPOOL_PROXY_IMAGE).")
    private String proxyImage = "";

    @Option(
            names = "--log-format",
            paramLabel = "text|json",
            defaultValue = "${env:BACKENDPOOL_LOG_FORMAT:-text}",
            description = "How log lines are written: text for people, json for collectors, with the pool as mdc.pool"
                    + " (BACKENDPOOL_LOG_FORMAT). Default: text.")
    private LogFormat logFormat = LogFormat.TEXT;

    @Override
    public Integer call() throws IOException {
        logFormat.apply();
        StopSignal signal = StopSignal.install(STOP_PATIENCE);
        try {
            ClusterOperator operator = ClusterOperator.start(Config.autoConfigure(null), options(), Clock.systemUTC());
            try {
                signal.await();
            } finally {
                operator.close();
            }
        } finally {
            signal.stopped();
        }
        return 0;
    }

    private ClusterOptions options() {
        List<String> names = withoutEmpty(controlNames);
        try {
            return new ClusterOptions(
                    new Scope(withoutEmpty(watchNamespaces)),
                    namespace,
                    identity,
                    bind,
                    controlPort,
                    names.isEmpty() ? List.of("backendpool-control." + namespace + ".svc") : names,
                    bind,
                    adminPort,
                    leaseName,
                    ClusterOptions.LeaseTimes.USUAL,
                    Durations.parse("--ca-overlap", caOverlap),
                    proxyImage);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(command.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private static List<String> withoutEmpty(List<String> texts) {
        return texts.stream().map(String::strip).filter(text -> !text.isEmpty()).toList();
    }
}
