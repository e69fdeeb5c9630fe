package io.backendpool.operator.resources;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.Listener;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyPodTest {
    private static final ProxyInstallation INSTALLATION = ProxyInstallation.ofImage("backendpool/proxy:1");

    private static PodTemplateSpec template(BackendPool pool) {
        return ProxyPod.template(pool, INSTALLATION);
    }

    @RepeatedTest(50)
    void template_whateverTrafficDoes_isTheSame(RepetitionInfo run) {
        PodTemplateSpec one = template(randomTraffic(new Random(run.getCurrentRepetition())));
        PodTemplateSpec other = template(randomTraffic(new Random(1_000L + run.getCurrentRepetition())));
        assertThat(one).isEqualTo(other);
    }

    private static BackendPool randomTraffic(Random random) {
        return Pools.pool("""
                metadata: {name: web, generation: %d, resourceVersion: "%d", labels: {team: "t%d"}}
                spec:
                  listeners: [{name: http, port: %d}, {name: more, port: %d}]
                  backends:
                  - {name: a, weight: %d, addresses: ["10.0.0.%d:80"]}
                  - {name: b, service: {name: s%d, port: http}}
                  loadBalancing: {policy: %s}
                  healthCheck: {tcp: {}, interval: %ds}
                  proxy: {replicas: %d, serviceType: %s}
                """.formatted(
                        random.nextInt(100),
                        random.nextInt(100),
                        random.nextInt(100),
                        1 + random.nextInt(9_000),
                        10_000 + random.nextInt(9_000),
                        random.nextInt(1_000_000),
                        random.nextInt(256),
                        random.nextInt(100),
                        random.nextBoolean() ? "Random" : "RoundRobin",
                        1 + random.nextInt(60),
                        random.nextInt(1_000),
                        random.nextBoolean() ? "LoadBalancer" : "ClusterIP"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{image: 'mine:1'}",
                "{resources: {requests: {cpu: 2}}}",
                "{labels: {a: b}}",
                "{annotations: {a: b}}",
                "{nodeSelector: {a: b}}",
                "{tolerations: [{key: a, operator: Exists}]}",
                "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms:"
                        + " [{matchExpressions: [{key: a, operator: Exists}]}]}}}}",
                "{topologySpreadConstraints: []}",
                "{priorityClassName: high}",
                "{terminationGracePeriod: 1m}"
            })
    void template_withAnySettingOfThePods_isAnother(String proxy) {
        assertThat(template(Pools.poolWithProxy(proxy))).isNotEqualTo(template(Pools.poolWithProxy("{}")));
    }

    @Test
    void template_withNoSettings_isThatOfEmptyOnes() {
        assertThat(template(Pools.poolWithProxy("null"))).isEqualTo(template(Pools.poolWithProxy("{}")));
    }

    @Test
    void labels_ofTheUser_neverReplaceTheOperators() {
        BackendPool pool = Pools.poolWithProxy("{labels: {app.kubernetes.io/name: mine, team: red}}");
        assertThat(template(pool).getMetadata().getLabels())
                .containsAllEntriesOf(ProxyLabels.selector(pool))
                .containsEntry("team", "red");
    }

    @Test
    void topologySpread_ofTheUserWithoutSelector_countsTheseProxies() {
        BackendPool pool = Pools.poolWithProxy(
                "{topologySpreadConstraints: [{maxSkew: 1, topologyKey: rack, whenUnsatisfiable: DoNotSchedule}]}");
        assertThat(template(pool).getSpec().getTopologySpreadConstraints())
                .singleElement()
                .satisfies(
                        constraint -> assertThat(constraint.getLabelSelector().getMatchLabels())
                                .isEqualTo(ProxyLabels.selector(pool)));
    }

    @Test
    void topologySpread_ofTheUserWithSelector_isTakenAsItIs() {
        BackendPool pool = Pools.poolWithProxy("{topologySpreadConstraints: [{maxSkew: 1, topologyKey: rack,"
                + " whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {a: b}}}]}");
        assertThat(template(pool).getSpec().getTopologySpreadConstraints())
                .singleElement()
                .satisfies(
                        constraint -> assertThat(constraint.getLabelSelector().getMatchLabels())
                                .isEqualTo(Map.of("a", "b")));
    }

    @ParameterizedTest
    @CsvSource({"30s, 40", "1m30s, 100", "0s, 10", "1500ms, 12"})
    void gracePeriod_isTheDrainAndWhatIsAroundIt(String drain, long seconds) {
        BackendPool pool = Pools.poolWithProxy("{terminationGracePeriod: " + drain + "}");
        assertThat(template(pool).getSpec().getTerminationGracePeriodSeconds()).isEqualTo(seconds);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"-, -, -", "500m, -, 2", "2500m, -, 3", "1, 8, 8", "-, 0.1, 2", "100000, -, 1024"})
    void eventLoops_followTheCpus(@Nullable String requested, @Nullable String limit, @Nullable Integer loops) {
        ResourceRequirementsBuilder resources = new ResourceRequirementsBuilder();
        if (requested != null) {
            resources.addToRequests("cpu", new Quantity(requested));
        }
        if (limit != null) {
            resources.addToLimits("cpu", new Quantity(limit));
        }
        ResourceRequirements built = resources.build();
        assertThat(ProxyContainer.eventLoops(built)).isEqualTo(loops);
    }

    @ParameterizedTest
    @CsvSource({"8080, 9901", "9901, 9902", "9902, 9901"})
    void adminPort_isNeverAListeners(int listener, int admin) {
        BackendPool pool = Pools.poolWithProxy("{}");
        Objects.requireNonNull(pool.getSpec().listeners).getFirst().port = listener;
        assertThat(AdminPort.of(pool)).isEqualTo(admin);
    }

    @Test
    void adminPort_withManyListenersAround_isTheNextFreeOne() {
        BackendPool pool = Pools.poolWithProxy("{}");
        pool.getSpec().listeners =
                List.of(9903, 9901, 9902).stream().map(ProxyPodTest::listener).toList();
        assertThat(AdminPort.of(pool)).isEqualTo(9904);
    }

    private static Listener listener(int port) {
        Listener listener = new Listener();
        listener.name = "p" + port;
        listener.port = port;
        return listener;
    }
}
