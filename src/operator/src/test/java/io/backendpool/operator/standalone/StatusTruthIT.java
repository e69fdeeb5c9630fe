package io.backendpool.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.api.v1alpha1.BackendState;
import io.backendpool.control.AtomicFile;
import io.backendpool.operator.certificates.CertificateAuthority;
import io.backendpool.operator.certificates.CertificatePolicy;
import io.backendpool.operator.certificates.DirectoryCertificateStore;
import io.backendpool.operator.console.FileAccess;
import io.backendpool.operator.console.OverrideRequest;
import io.backendpool.operator.console.OverrideTarget;
import io.backendpool.operator.control.ControlServer;
import io.backendpool.operator.control.ControlServerConfig;
import io.backendpool.operator.control.InMemoryRevisionStore;
import io.backendpool.operator.dns.DnsResolver;
import io.backendpool.operator.pools.ControlServerChannel;
import io.backendpool.operator.pools.LastPublished;
import io.backendpool.operator.pools.PoolKeeper;
import io.backendpool.operator.pools.Secrets;
import io.backendpool.operator.pools.Services;
import io.backendpool.operator.standalone.ExpectedPool.Member;
import io.backendpool.operator.standalone.FaultyBackend.Mode;
import io.backendpool.operator.validate.ManifestValidator;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.SessionKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The status of a pool tells what the {@code /pool} page of each of its proxies tells, and both what was done to it, whatever
 * happens in whatever order. Two real proxies, and the operator's own way from the manifest to the status file.
 */
@Timeout(300)
class StatusTruthIT {
    private static final Path PROXY = Path.of("../proxy/target/proxy-app/backendpool-proxy.jar")
            .toAbsolutePath()
            .normalize();
    private static final PoolId POOL = new PoolId("default", "truth");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String STABLE = "stable";
    private static final String CANARY = "canary";

    /** What can happen. */
    private enum Fault {
        DIES,
        ANSWERS_503,
        IS_SLOW,
        IS_WELL_AGAIN,
        ALL_ARE_WELL_AGAIN,
        WEIGHT_IS_EDITED,
        BACKEND_IS_DRAINED,
        GROUP_IS_DRAINED,
        BACKEND_IS_OVERRIDDEN,
        GROUP_IS_OVERRIDDEN,
        OVERRIDES_ARE_TAKEN_BACK,
        BACKEND_IS_ADDED,
        BACKEND_IS_REMOVED,
        PROXY_IS_KILLED,
        FAILS_THROUGH_ONE_PROXY,
        OUTLIERS_ARE_FORGIVEN
    }

    @TempDir
    Path directory = Path.of("");

    private final long seed = Long.getLong("backendpool.seed", System.nanoTime() % 1_000_000);
    private final Random random = new Random(seed);
    private final ExpectedPool expected = new ExpectedPool();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<String> history = new ArrayList<>();
    private @Nullable TwoProxies proxies;
    private @Nullable FileAccess access;
    private int port;

    @BeforeEach
    void start() throws IOException {
        Assumptions.assumeTrue(Files.exists(PROXY), "the proxy is not built (expected: " + PROXY + ")");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        expected.weights.put(STABLE, 100);
        expected.weights.put(CANARY, 20);
        for (String group : List.of(STABLE, STABLE, STABLE, CANARY, CANARY)) {
            add(group);
        }
        Path manifest = directory.resolve("pool.yaml");
        write();

        Clock clock = Clock.systemUTC();
        DirectoryCertificateStore certificates = new DirectoryCertificateStore(directory.resolve("certificates"));
        CertificateAuthority authority =
                CertificateAuthority.open(certificates, CertificatePolicy.forThisHost(), clock);
        ProxyTokens tokens = new ProxyTokens(new SecureRandom());
        ControlServer control = opened(ControlServer.start(
                ControlServerConfig.on("127.0.0.1", 0), authority, tokens, new InMemoryRevisionStore(), clock));
        TwoProxies both = opened(new TwoProxies(
                POOL, PROXY, "127.0.0.1:" + control.port(), certificates.trustBundle(), tokens, directory));
        proxies = both;
        StatusDocuments statuses = new StatusDocuments();
        FileOverrides overrides =
                new FileOverrides(opened(new OverrideStatusFiles(List.of(manifest), statuses, clock)));
        ManifestValidator validator = new ManifestValidator();
        ManifestSource source = new ManifestSource(List.of(manifest), files -> validator.check(files), overrides);
        PoolKeeper keeper = opened(new PoolKeeper(
                new ControlServerChannel(control),
                both,
                new StatusFiles(source::manifestOf, statuses),
                DnsResolver.ofSystem(),
                Services.NONE,
                Secrets.NONE,
                overrides,
                pool -> SessionKeys.NONE,
                LastPublished.NONE,
                clock));
        opened(source).start(keeper);
        access = opened(FileAccess.of(List.of(manifest), null));
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.add(resource);
        return resource;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable resource : opened.reversed()) {
            resource.close();
        }
        for (Member member : expected.members) {
            member.backend().close();
        }
    }

    @Test
    void status_afterEachOfManyRandomFaults_saysWhatEveryProxySays() throws Exception {
        System.out.printf("status truth: seed %d (again: -Dbackendpool.seed=%d)%n", seed, seed);
        awaitAgreement("the start");
        List<Fault> faults = new ArrayList<>(Arrays.asList(Fault.values()));
        Collections.shuffle(faults, random);
        long begun = System.nanoTime();
        for (Fault fault : faults) {
            String done = bring(fault);
            if (done != null) {
                awaitAgreement(fault + ": " + done);
            }
        }
        System.out.printf(
                "status truth: %d faults, each said by the status as by both proxies, in %d s%n",
                history.size() - 1, Duration.ofNanos(System.nanoTime() - begun).toSeconds());
    }

    /** Does it; says what; null: there is nothing that it could be done to. */
    private @Nullable String bring(Fault fault) throws Exception {
        return switch (fault) {
            case DIES -> become(Mode.DEAD);
            case ANSWERS_503 -> become(Mode.SICK);
            case IS_SLOW -> become(Mode.SLOW);
            case IS_WELL_AGAIN -> wellAgain();
            case ALL_ARE_WELL_AGAIN -> {
                for (Member member : expected.members) {
                    member.backend().become(Mode.WELL);
                }
                yield "all";
            }
            case WEIGHT_IS_EDITED -> {
                String group = oneOf(List.of(STABLE, CANARY));
                expected.weights.put(group, random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(1_000));
                write();
                yield group;
            }
            case BACKEND_IS_DRAINED -> override(oneOf(expected.members).target(), null);
            case GROUP_IS_DRAINED -> override(oneOf(List.of(STABLE, CANARY)), null);
            case BACKEND_IS_OVERRIDDEN -> override(oneOf(expected.members).target(), 1 + random.nextInt(99));
            case GROUP_IS_OVERRIDDEN -> override(oneOf(List.of(STABLE, CANARY)), random.nextInt(1_000));
            case OVERRIDES_ARE_TAKEN_BACK -> {
                for (String target : List.copyOf(expected.overrides.keySet())) {
                    access().remove(pool(), target(target));
                    expected.overrides.remove(target);
                }
                yield "all";
            }
            case BACKEND_IS_ADDED -> {
                String group = oneOf(List.of(STABLE, CANARY));
                add(group);
                write();
                yield group;
            }
            case BACKEND_IS_REMOVED -> {
                Member gone = oneOf(expected.of(STABLE));
                expected.members.remove(gone);
                expected.overrides.remove(gone.target());
                write();
                gone.backend().close();
                yield gone.target();
            }
            case PROXY_IS_KILLED -> {
                int index = random.nextInt(TwoProxies.COUNT);
                proxies().kill(index);
                expected.members.forEach(member -> member.ejectedBy().remove(index));
                yield "proxy " + index;
            }
            case FAILS_THROUGH_ONE_PROXY -> failThroughOne();
            case OUTLIERS_ARE_FORGIVEN -> {
                expected.detectsOutliers = false;
                expected.members.forEach(member -> member.ejectedBy().clear());
                write();
                awaitAgreement("no outlier detection");
                expected.detectsOutliers = true;
                write();
                yield "all";
            }
        };
    }

    private String become(Mode mode) throws IOException {
        Member member = oneOf(expected.members);
        member.backend().become(mode);
        return member.target();
    }

    private @Nullable String wellAgain() throws IOException {
        List<Member> sick = expected.members.stream()
                .filter(member -> member.backend().mode() != Mode.WELL)
                .toList();
        if (sick.isEmpty()) {
            return null;
        }
        Member member = oneOf(sick);
        member.backend().become(Mode.WELL);
        return member.target();
    }

    private String override(String target, @Nullable Integer weight) throws IOException {
        access().apply(OverrideRequest.of(pool(), target(target), weight, null, "seed " + seed));
        expected.overrides.put(target, weight);
        return target + " " + (weight == null ? "drained" : weight);
    }

    /** A backend whose probes succeed and whose answers to one proxy's requests do not: only that proxy ejects it. */
    private @Nullable String failThroughOne() throws Exception {
        int index = random.nextInt(TwoProxies.COUNT);
        List<Member> used = expected.members.stream()
                .filter(member -> expected.effectiveWeight(index, member) > 0)
                .toList();
        if (used.isEmpty() || !expected.detectsOutliers) {
            return null;
        }
        // The one with the most, so that a request soon reaches it.
        Member member = Collections.max(used, Comparator.comparingDouble(one -> expected.effectiveWeight(index, one)));
        member.backend().failsRequests = true;
        await("proxy %d ejects %s".formatted(index, member.target()))
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    proxies().request(index, port);
                    return "Ejected"
                            .equals(line(proxies().page(index), member)
                                    .path("health")
                                    .asText());
                });
        member.backend().failsRequests = false;
        member.ejectedBy().add(index);
        return "proxy %d, %s".formatted(index, member.target());
    }

    private void add(String group) throws IOException {
        expected.members.add(new Member(group, new FaultyBackend()));
    }

    /** Whole or not at all, so that no half of it is read. */
    private void write() throws IOException {
        AtomicFile.writePrivate(directory.resolve("pool.yaml"), expected.manifest(POOL.name(), port));
    }

    private <T> T oneOf(List<T> many) {
        return many.get(random.nextInt(many.size()));
    }

    private static OverrideTarget target(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new OverrideTarget(text, null)
                : new OverrideTarget(text.substring(0, slash), text.substring(slash + 1));
    }

    private TwoProxies proxies() {
        return Objects.requireNonNull(proxies);
    }

    private FileAccess access() {
        return Objects.requireNonNull(access);
    }

    private BackendPool pool() throws IOException {
        return access().pool(POOL.name());
    }

    // ---- the comparison ----

    private void awaitAgreement(String after) throws IOException {
        history.add(after);
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                // A proxy that was killed answers nothing for a while.
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> {
                    List<JsonNode> pages = new ArrayList<>();
                    for (int i = 0; i < TwoProxies.COUNT; i++) {
                        pages.add(proxies().page(i));
                    }
                    BackendPoolStatus status = pool().getStatus();
                    String situation = "seed %d, after %s%nexpected: %s%nstatus: %s%n%s"
                            .formatted(
                                    seed,
                                    history,
                                    expected,
                                    YamlFile.MAPPER.writeValueAsString(status),
                                    proxies().logs());
                    assertThat(status).as(situation).isNotNull();
                    assertPool(status, pages, situation);
                    assertThat(Objects.requireNonNull(status.backends))
                            .as(situation)
                            .hasSameSizeAs(expected.members);
                    for (BackendState state : status.backends) {
                        assertBackend(state, member(state), pages, situation);
                    }
                });
    }

    private void assertPool(BackendPoolStatus status, List<JsonNode> pages, String situation) {
        assertThat(pages).as(situation).allSatisfy(page -> {
            assertThat(page.at("/revision/number").asLong()).isEqualTo(status.revision);
            assertThat(page.at("/revision/digest").asText()).isEqualTo(status.digest);
            assertThat(page.path("ready").asBoolean()).isTrue();
            assertThat(page.path("backends")).hasSize(expected.members.size());
        });
        var summary = Objects.requireNonNull(status.summary);
        Map<String, Integer> counts = new HashMap<>();
        expected.members.forEach(member -> counts.merge(verdict(member), 1, Integer::sum));
        assertThat(summary.total).as(situation).isEqualTo(expected.members.size());
        assertThat(summary.healthy).as(situation).isEqualTo(counts.getOrDefault("Healthy", 0));
        assertThat(summary.unhealthy).as(situation).isEqualTo(counts.getOrDefault("Unhealthy", 0));
        assertThat(summary.draining).as(situation).isEqualTo(counts.getOrDefault("Draining", 0));
        assertThat(Objects.requireNonNullElse(summary.ejected, 0))
                .as(situation)
                .isEqualTo(counts.getOrDefault("Ejected", 0));
        var summed = Objects.requireNonNull(status.proxies);
        assertThat(List.of(summed.readyRatio, summed.syncedRatio)).as(situation).containsOnly("2/2");
    }

    private void assertBackend(BackendState state, Member member, List<JsonNode> pages, String situation) {
        List<JsonNode> lines = pages.stream().map(page -> line(page, member)).toList();
        double sum = 0;
        for (int i = 0; i < lines.size(); i++) {
            JsonNode line = lines.get(i);
            String health = expected.health(i, member);
            assertThat(line.path("health").asText()).as(situation).isEqualTo(health);
            assertThat(line.path("reason").asText()).as(situation).contains(expected.reason(health, member));
            assertThat(line.path("effectiveWeight").asDouble())
                    .as(situation)
                    .isCloseTo(expected.effectiveWeight(i, member), within(1e-6));
            sum += line.path("effectiveWeight").asDouble();
        }
        String verdict = verdict(member);
        List<JsonNode> agreeing = lines.stream()
                .filter(line -> line.path("health").asText().equals(verdict))
                .toList();
        assertThat(state.health).as(situation).isEqualTo(verdict);
        assertThat(state.proxies).as(situation).isEqualTo(agreeing.size() + "/" + lines.size());
        assertThat(agreeing)
                .as(situation)
                .extracting(line -> line.path("reason").asText())
                .contains(state.reason);
        assertThat(state.since)
                .as(situation)
                .isEqualTo(agreeing.stream()
                        .map(line -> Instant.parse(line.path("since").asText()))
                        .min(Comparator.naturalOrder())
                        .orElseThrow()
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString());
        // Two decimals are shown.
        assertThat(Double.parseDouble(Objects.requireNonNull(state.effectiveWeight)))
                .as(situation)
                .isCloseTo(sum / lines.size(), within(0.005_001));
        assertThat(Double.parseDouble(Objects.requireNonNull(state.declaredWeight)))
                .as(situation)
                .isCloseTo(expected.declaredWeight(member), within(0.005_001));
        assertThat(state.drain != null).as(situation).isEqualTo(verdict.equals("Draining"));
        if (state.drain != null) {
            long open = lines.stream()
                    .mapToLong(line -> line.path("inFlight").asLong())
                    .sum();
            assertThat(state.drain.open).as(situation).isEqualTo(open);
        }
        assertThat(state.override != null).as(situation).isEqualTo(expected.isOverridden(member));
    }

    /** The opinion of most proxies; of two held by as many, the worse. */
    private String verdict(Member member) {
        return ExpectedPool.WORST_FIRST.stream()
                .max(Comparator.comparingInt((String health) -> holders(health, member))
                        .thenComparing(ExpectedPool.WORST_FIRST::indexOf, Comparator.reverseOrder()))
                .orElseThrow();
    }

    private int holders(String health, Member member) {
        int holders = 0;
        for (int i = 0; i < TwoProxies.COUNT; i++) {
            holders += expected.health(i, member).equals(health) ? 1 : 0;
        }
        return holders;
    }

    private Member member(BackendState state) {
        return expected.members.stream()
                .filter(member -> member.target().equals(state.group + "/" + state.address))
                .findFirst()
                .orElseThrow(() -> new AssertionError(state.address + " is in the status, and was taken out"));
    }

    private static JsonNode line(JsonNode page, Member member) {
        for (JsonNode line : page.path("backends")) {
            if (member.target()
                    .equals(line.path("group").asText() + "/"
                            + line.path("address").asText())) {
                return line;
            }
        }
        throw new AssertionError(member.target() + " is not in " + page);
    }
}
