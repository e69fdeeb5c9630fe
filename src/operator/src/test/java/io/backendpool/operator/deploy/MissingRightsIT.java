package io.backendpool.operator.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.operator.cluster.ClusterOperator;
import io.backendpool.operator.cluster.ClusterOptions;
import io.backendpool.operator.cluster.Scope;
import io.backendpool.operator.kubernetes.ApiServer;
import io.backendpool.operator.logs.LogLines;
import io.backendpool.operator.resources.ApiAccess;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every right that the manifests give, taken away once: one readable sentence says which verb of which resource is missing,
 * in the pool's status, or in the log where the status is what cannot be written; and all the rest goes on. One operator
 * looks after one namespace for each right.
 */
class MissingRightsIT {
    private static final String NOTHING = "nothing";

    /** Asked for by admission where that is switched on, or called only for an override or after a conflict of two writers. */
    private static final Set<String> NOT_CALLED_HERE = Set.of(
            "update backendpools/finalizers.backendpool.io",
            "patch backendpooloverrides/status.backendpool.io",
            "get backendpools.backendpool.io",
            "get deployments.apps",
            "get networkpolicies.networking.k8s.io",
            "get poddisruptionbudgets.policy",
            "get secrets",
            "get serviceaccounts");

    /** Where the status cannot hold the sentence: it is not known that there is a pool, the status cannot be written, or
     * nothing is hindered but Events. */
    private static final Set<String> SAID_IN_THE_LOG = Set.of(
            "list backendpools.backendpool.io",
            "watch backendpools.backendpool.io",
            "list backendpooloverrides.backendpool.io",
            "watch backendpooloverrides.backendpool.io",
            "patch backendpools/status.backendpool.io",
            "get events",
            "create events",
            "patch events");

    private final ApiServer server = ApiServer.shared();
    private final LogLines log = new LogLines();

    @BeforeEach
    void real() {
        assumeTrue(server.kind().isReal(), "the in-JVM server enforces no rights");
        log.begin();
    }

    @AfterEach
    void end() {
        log.end();
    }

    @Test
    void rightsToPools_eachMissingOnce_areSaid_andTheRestGoesOn() throws IOException {
        KubernetesClient admin = server.client();
        Installation.applyWithoutOperator(admin);
        LimitedOperator limited = LimitedOperator.in(admin);
        Map<String, String> namespaces = new TreeMap<>();
        Stream.concat(Stream.of(NOTHING), ApiAccess.rights(ApiAccess.Where.POOLS).stream())
                .filter(right -> !NOT_CALLED_HERE.contains(right))
                .forEach(right -> namespaces.put(right, namespaceWithout(admin, limited, right)));
        try (ClusterOperator operator = ClusterOperator.start(
                limited.config(server.config()), options(limited, namespaces), Clock.systemUTC())) {
            Map<String, String> sentences = new TreeMap<>();
            try {
                await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
                    sentences.clear();
                    namespaces.forEach((right, namespace) -> sentences.put(right, sentence(right, namespace)));
                    assertThat(sentences).doesNotContainValue("");
                });
            } finally {
                sentences.forEach((right, sentence) -> System.out.printf("without %-45s %s%n", right + ":", sentence));
            }
            namespaces.forEach((right, namespace) -> {
                if (right.contains("backendpools")) {
                    return;
                }
                assertThat(status(namespace).observedGeneration).as(right).isEqualTo(1);
            });
            BackendPoolStatus whole = status(Objects.requireNonNull(namespaces.get(NOTHING)));
            assertThat(Objects.requireNonNull(whole.summary).total).isEqualTo(1);
            assertThat(operator.controlPort()).isPositive();
        }
    }

    /** Without these nobody leads, and so no status is written: the log says why, again and again. */
    @Test
    void rightsInItsOwnNamespace_eachMissingOnce_areSaidInTheLog() throws IOException {
        KubernetesClient admin = server.client();
        Installation.applyWithoutOperator(admin);
        Map<String, String> sentences = new TreeMap<>();
        for (String right : ApiAccess.rights(ApiAccess.Where.OPERATOR)) {
            LimitedOperator limited =
                    LimitedOperator.in(admin, without("deploy/manifests/base/rbac.yaml", right), true);
            Map<String, String> pools = Map.of("", limited.namespace());
            try (ClusterOperator operator = ClusterOperator.start(
                    limited.config(server.config()), options(limited, pools), Clock.systemUTC())) {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> log.lines().anyMatch(text -> says(text, right, limited.namespace())));
                assertThat(operator.controlPort())
                        .as("nothing is led without %s", right)
                        .isZero();
            } finally {
                sentences.put(
                        right,
                        log.lines()
                                .filter(text -> says(text, right, limited.namespace()))
                                .findFirst()
                                .orElse(""));
                System.out.printf("without %-45s %s%n", right + ":", sentences.get(right));
            }
        }
        assertThat(sentences).doesNotContainValue("");
    }

    private static boolean says(String text, String right, String namespace) {
        String verb = right.substring(0, right.indexOf(' '));
        String resource = right.substring(right.indexOf(' ') + 1).replaceAll("\\..*", "");
        return text.contains("cannot " + verb + " resource \"" + resource + "\"") && text.contains(namespace);
    }

    /** The sentence on {@code right}; empty: there is none so far. */
    private String sentence(String right, String namespace) {
        if (right.equals(NOTHING)) {
            BackendPoolStatus status = statusOrNull(namespace);
            return status != null && words(status).noneMatch(word -> word.contains("forbidden")) ? "-" : "";
        }
        Supplier<Stream<String>> said = SAID_IN_THE_LOG.contains(right)
                ? log::lines
                : () -> {
                    BackendPoolStatus status = statusOrNull(namespace);
                    return status == null ? Stream.of() : words(status);
                };
        return said.get()
                .filter(text -> says(text, right, namespace))
                .findFirst()
                .orElse("");
    }

    private static Stream<String> words(BackendPoolStatus status) {
        return Objects.requireNonNull(status.conditions).stream()
                .map(condition -> condition.getType() + ": " + condition.getMessage());
    }

    private BackendPoolStatus status(String namespace) {
        return Objects.requireNonNull(statusOrNull(namespace), namespace);
    }

    private @Nullable BackendPoolStatus statusOrNull(String namespace) {
        return server.client()
                .resources(BackendPool.class)
                .inNamespace(namespace)
                .withName("web")
                .get()
                .getStatus();
    }

    private static String namespaceWithout(KubernetesClient admin, LimitedOperator limited, String right) {
        String namespace = Installation.newNamespace(admin);
        limited.mayInPools(admin, namespace, without("deploy/manifests/namespaced/role.yaml", right));
        admin.resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("backend")
                        .endMetadata()
                        .withNewSpec()
                        .addNewPort()
                        .withPort(80)
                        .endPort()
                        .endSpec()
                        .build())
                .create();
        BackendPool pool = Serialization.unmarshal("""
                metadata: {name: web}
                spec:
                  listeners: [{name: http, port: 8080}]
                  backends:
                  - {name: a, service: {name: backend, port: 80}}
                  - {name: b, addresses: ["10.0.0.1:80"]}
                  - {name: gone, service: {name: nobody, port: 80}}
                """, BackendPool.class);
        pool.getMetadata().setNamespace(namespace);
        admin.resource(pool).create();
        return namespace;
    }

    /** The rules of the manifests, one for each right, but for one. */
    private static List<PolicyRule> without(String file, String right) {
        List<PolicyRule> rules = new ArrayList<>();
        for (PolicyRule rule : LimitedOperator.rulesOf(file)) {
            for (String resource : rule.getResources()) {
                for (String verb : rule.getVerbs()) {
                    String group = rule.getApiGroups().getFirst();
                    if (!ApiAccess.right(verb, group, resource).equals(right)) {
                        rules.add(new PolicyRuleBuilder()
                                .withApiGroups(group)
                                .withResources(resource)
                                .withResourceNames(rule.getResourceNames())
                                .withVerbs(verb)
                                .build());
                    }
                }
            }
        }
        return rules;
    }

    private static ClusterOptions options(LimitedOperator limited, Map<String, String> namespaces) {
        return new ClusterOptions(
                new Scope(List.copyOf(namespaces.values())),
                limited.namespace(),
                "limited",
                "127.0.0.1",
                0,
                List.of("127.0.0.1"),
                "127.0.0.1",
                0,
                "backendpool-operator",
                ClusterOptions.LeaseTimes.USUAL,
                ClusterOptions.USUAL_CA_OVERLAP,
                "backendpool/proxy:1");
    }
}
