package io.backendpool.operator.translate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolOverride;
import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.Backend;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.pool.WeightOverride;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pairs of files: NAME.in.yaml is a manifest and what is known of its names, NAME.out.yaml is what must come of it. Run with
 * {@code -Dgolden.rewrite=true} to write the second from the first, and read the difference before you commit it.
 */
class SnapshotTranslatorTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/translate");
    private static final Instant NOW = Instant.parse("2026-06-15T00:00:00Z");
    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .build());

    private static final SessionKeys KEYS =
            new SessionKeys(List.of(new SessionKeys.SessionKey("k1", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")));

    static List<String> pairs() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".in.yaml"))
                    .map(name -> name.replace(".in.yaml", ""))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void translate_ofGoldenInput_isGoldenOutput(String name) throws IOException {
        JsonNode in = YAML.readTree(GOLDEN.resolve(name + ".in.yaml").toFile());
        String actual = YAML.writeValueAsString(outcome(in));

        Path expected = GOLDEN.resolve(name + ".out.yaml");
        if (Boolean.getBoolean("golden.rewrite")) {
            Files.writeString(expected, actual);
        }
        assertThat(actual).isEqualTo(Files.readString(expected));
    }

    private static Map<String, Object> outcome(JsonNode in) throws IOException {
        BackendPool pool = YAML.treeToValue(in.get("manifest"), BackendPool.class);
        try {
            PoolSpec spec = PoolSpecReader.read(pool);
            return shown(SnapshotTranslator.translate(
                    spec,
                    dnsName -> resolution(in.path("names").get(dnsName)),
                    service -> new ServiceState.NotFollowed(),
                    secret -> secret(in.path("secrets").get(secret.name())),
                    overrides(in.path("overrides")),
                    KEYS,
                    NOW));
        } catch (IllegalArgumentException refused) {
            return Map.of("refused", String.valueOf(refused.getMessage()));
        }
    }

    private static List<OverrideSpec> overrides(JsonNode nodes) throws IOException {
        List<OverrideSpec> overrides = new ArrayList<>();
        for (JsonNode node : nodes) {
            overrides.add(OverrideSpec.read(YAML.treeToValue(node, BackendPoolOverride.class)));
        }
        return overrides;
    }

    /**
     * A Secret in short: {@code certificate: until}, {@code authorities: pem}, or what is wrong with it, and what was good
     * before.
     */
    private static SecretState secret(@Nullable JsonNode node) {
        if (node == null) {
            return new SecretState.Pending();
        }
        SecretState.LastGood last = new SecretState.LastGood(
                node.has("lastGood") ? certificate(node.get("lastGood").asText(), "last") : null,
                node.has("lastGoodAuthorities")
                        ? node.get("lastGoodAuthorities").asText()
                        : null);
        if (node.has("absent")) {
            return new SecretState.Absent(node.get("absent").asText(), last);
        }
        if (node.has("unreadable")) {
            return new SecretState.Unreadable(node.get("unreadable").asText(), last);
        }
        return new SecretState.Present(
                node.has("certificate")
                        ? new SecretState.Good<>(
                                certificate(node.get("certificate").asText(), "newest"))
                        : new SecretState.Bad<>(node.path("bad").asText("has no tls.crt")),
                node.has("authorities")
                        ? new SecretState.Good<>(node.get("authorities").asText())
                        : new SecretState.Bad<>(node.path("bad").asText("has no ca.crt")),
                last);
    }

    private static KeyedCertificate certificate(String times, String name) {
        String[] fromTo = times.split(" to ", -1);
        return new KeyedCertificate(name, "KEY", Instant.parse(fromTo[0]), Instant.parse(fromTo[1]));
    }

    private static Resolution resolution(@Nullable JsonNode node) {
        if (node == null) {
            return new Resolution.Pending();
        }
        List<String> addresses = StreamSupport.stream(node.path("addresses").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        if (!node.has("failing")) {
            return new Resolution.Resolved(addresses);
        }
        Instant since = Instant.parse(node.get("since").asText());
        String cause = node.get("failing").asText();
        return addresses.isEmpty()
                ? new Resolution.Failed(cause, since)
                : new Resolution.LastKnown(addresses, cause, since);
    }

    private static Map<String, Object> shown(Translation translation) {
        PoolSnapshot snapshot = translation.snapshot();
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("id", snapshot.id().toString());
        out.put("listeners", snapshot.listeners().stream().map(Object::toString).toList());
        out.put("groups", snapshot.groups().stream().map(Object::toString).toList());
        out.put(
                "backends",
                snapshot.backends().stream().map(SnapshotTranslatorTest::shown).toList());
        LoadBalancing balancing = snapshot.loadBalancing();
        boolean plain = !balancing.policy().hashes() && balancing.equals(new LoadBalancing(balancing.policy()));
        out.put("policy", plain ? balancing.policy().toString() : balancing.toString());
        HealthCheck check = snapshot.healthCheck();
        out.put("healthCheck", check == null ? "none" : check.toString());
        if (!snapshot.traffic().equals(TrafficPolicy.DEFAULT)) {
            out.put("traffic", ordered(snapshot.traffic()));
        }
        if (!snapshot.certificates().isEmpty()) {
            out.put(
                    "certificates",
                    snapshot.certificates().stream()
                            .map(certificate -> certificate.name() + ": " + certificate.chain())
                            .toList());
        }
        if (snapshot.session() != null) {
            out.put("session", snapshot.session() + " signed with " + snapshot.sessionKeys());
        }
        if (snapshot.outlierDetection() != null) {
            out.put("outlierDetection", snapshot.outlierDetection().toString());
        }
        if (!snapshot.adaptiveWeight().equals(AdaptiveWeight.OFF)) {
            out.put("adaptiveWeight", snapshot.adaptiveWeight().toString());
        }
        if (!translation.overrides().isEmpty()) {
            out.put(
                    "overrides",
                    snapshot.overrides().stream().map(WeightOverride::toString).toList());
            out.put(
                    "verdicts",
                    translation.overrides().stream()
                            .map(verdict -> verdict.reason() + " " + verdict)
                            .toList());
            out.put("nextExpiry", String.valueOf(translation.nextExpiry()));
        }
        out.put(
                "findings",
                translation.findings().stream()
                        .map(finding -> finding.kind() + " " + finding)
                        .toList());
        out.put("complete", translation.complete());
        return out;
    }

    private static String shown(Backend backend) {
        return backend.key() + (backend.origin() == null ? "" : " from " + backend.origin());
    }

    /** Sets have no order of their own. */
    private static List<String> ordered(TrafficPolicy traffic) {
        return List.of(
                traffic.timeouts().toString(),
                "retries " + new TreeSet<>(traffic.retries().on()) + " "
                        + traffic.retries().attempts() + " " + traffic.retries().statuses() + " "
                        + traffic.retries().perTryTimeout() + " "
                        + traffic.retries().budgetPercent() + "%",
                traffic.circuitBreaker().toString(),
                traffic.limits().toString(),
                "http " + new TreeSet<>(traffic.http().forwarding()) + " "
                        + traffic.http().trustedHops() + " " + traffic.http().via() + " "
                        + traffic.http().requestId());
    }
}
