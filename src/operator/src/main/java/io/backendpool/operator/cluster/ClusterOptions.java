package io.backendpool.operator.cluster;

import io.backendpool.operator.certificates.CertificatePolicy;
import java.time.Duration;
import java.util.List;

/**
 * How the operator runs on a cluster.
 *
 * @param scope the namespaces whose pools it keeps
 * @param namespace the operator's own: its Lease and its certificates are there
 * @param identity its name among the operators that share the Lease; the pod's name
 * @param controlHost the address that the control channel is bound to
 * @param controlPort 0 to 65,535; 0: any free one
 * @param controlNames under which proxies dial the operator: DNS names and IP literals, the first is what they are told
 * @param adminHost the address that probes and metrics are bound to
 * @param adminPort of probes and metrics, 0 to 65,535
 * @param leaseName the Lease's name
 * @param leaseTimes how fast a dead leader is replaced
 * @param caOverlap how long proxies have to learn of a new CA before it signs; longer than kubelets take to bring a Secret
 * @param proxyImage the image of proxies whose pool names none
 */
public record ClusterOptions(
        Scope scope,
        String namespace,
        String identity,
        String controlHost,
        int controlPort,
        List<String> controlNames,
        String adminHost,
        int adminPort,
        String leaseName,
        LeaseTimes leaseTimes,
        Duration caOverlap,
        String proxyImage) {

    /** A day, which is enough for a cluster on its worst day. */
    public static final Duration USUAL_CA_OVERLAP = Duration.ofDays(1);

    private static final Duration SHORTEST_CA_OVERLAP = Duration.ofSeconds(1);
    private static final Duration LONGEST_CA_OVERLAP = Duration.ofDays(100);

    /** The name of the Secret that holds the CA and the control server's certificate. */
    static final String CERTIFICATES = "backendpool-control-certificates";

    public ClusterOptions {
        controlNames = List.copyOf(controlNames);
        if (controlNames.isEmpty()) {
            throw new IllegalArgumentException("--control-name: none (expected: one or more DNS names or addresses)");
        }
        requirePort("--control-port", controlPort);
        requirePort("--admin-port", adminPort);
        requireName("--namespace", namespace);
        requireName("--identity", identity);
        if (caOverlap.compareTo(SHORTEST_CA_OVERLAP) < 0 || caOverlap.compareTo(LONGEST_CA_OVERLAP) > 0) {
            throw new IllegalArgumentException("--ca-overlap: %s (expected: 1s to 2400h)".formatted(caOverlap));
        }
    }

    /** What the control channel's certificate authority makes. */
    CertificatePolicy certificatePolicy() {
        CertificatePolicy usual = CertificatePolicy.forNames(controlNames);
        return new CertificatePolicy(usual.serverNames(), usual.caLife(), usual.serverLife(), caOverlap);
    }

    private static void requirePort(String option, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(option + ": " + port + " (expected: 0 to 65,535)");
        }
    }

    private static void requireName(String option, String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException(option + ": empty (expected: a name)");
        }
    }

    /**
     * As Kubernetes' own leader election names them.
     *
     * @param lease after this time without a sign of life another may lead
     * @param renew a leader that has not renewed for this time steps down; below {@code lease}
     * @param retry between two tries
     */
    public record LeaseTimes(Duration lease, Duration renew, Duration retry) {
        /** Another leads within 10 s of a crash, within 1 s of an orderly stop. */
        public static final LeaseTimes USUAL =
                new LeaseTimes(Duration.ofSeconds(9), Duration.ofSeconds(6), Duration.ofSeconds(1));

        public LeaseTimes {
            if (lease.compareTo(renew) <= 0 || renew.compareTo(retry) <= 0) {
                throw new IllegalArgumentException("lease %s, renew %s, retry %s (expected: each longer than the next)"
                        .formatted(lease, renew, retry));
            }
        }
    }
}
