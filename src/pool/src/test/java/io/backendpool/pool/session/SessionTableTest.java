package io.backendpool.pool.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.Session;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.SessionKeys.SessionKey;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.pool.pick.BackendLoad;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SessionTableTest {
    private static final SessionKeys KEYS = new SessionKeys(List.of(key("k1", 'a')));
    private static final int SESSIONS = 20_000;

    private static SessionKey key(String id, char fill) {
        return new SessionKey(
                id,
                java.util.Base64.getEncoder()
                        .encodeToString(
                                String.valueOf(fill).repeat(32).getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
    }

    /** A pool of groups with these weights, each with so many backends. */
    private static PoolSnapshot pool(SessionKeys keys, int perGroup, int... weights) {
        List<BackendGroup> groups = new ArrayList<>();
        List<Backend> backends = new ArrayList<>();
        for (int g = 0; g < weights.length; g++) {
            groups.add(new BackendGroup("g" + g, weights[g]));
            for (int i = 0; i < perGroup; i++) {
                BackendKey key = new BackendKey("g" + g, "10.%d.%d.%d".formatted(g, i >> 8, i & 255), 80);
                backends.add(new Backend(key, EndpointConditions.READY, null));
            }
        }
        return new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(),
                groups,
                backends,
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null,
                TrafficPolicy.DEFAULT,
                List.of(),
                new Session(Session.Cookie.DEFAULT, Session.OnUnavailable.REBALANCE),
                null,
                AdaptiveWeight.OFF,
                List.of(),
                keys);
    }

    private static SessionTable table(PoolSnapshot pool, HealthState... states) {
        List<HealthState> all =
                new ArrayList<>(Collections.nCopies(pool.backends().size(), HealthState.HEALTHY));
        for (int i = 0; i < states.length; i++) {
            all.set(i, states[i]);
        }
        Map<String, Integer> weights = new HashMap<>();
        pool.groups().forEach(group -> weights.put(group.name(), group.weight()));
        long[] picking = new long[all.size()];
        for (int i = 0; i < picking.length; i++) {
            String group = pool.backends().get(i).key().group();
            picking[i] = all.get(i) == HealthState.HEALTHY ? weights.getOrDefault(group, 0) : 0;
        }
        return Objects.requireNonNull(SessionTable.of(pool, all, picking, weights::get, new BackendTags()));
    }

    private static String group(SessionTable table, long seed) {
        return table.groupName(table.group(seed));
    }

    /** The backend that a session without a living one gets. */
    private static int chosen(SessionTable table, long seed) {
        return table.plan(table.group(seed))
                .picker(new BackendLoad[0], new Random(1), () -> 0)
                .pick(seed);
    }

    @Property(tries = 40)
    void weightsChange_movesNoMoreSessionsThanTheirDelta(
            @ForAll @IntRange(min = 1, max = 100) int a,
            @ForAll @IntRange(min = 1, max = 100) int b,
            @ForAll @IntRange(min = 1, max = 100) int c,
            @ForAll @IntRange(min = 1, max = 100) int changed,
            @ForAll long seed) {
        SessionTable before = table(pool(KEYS, 1, a, b, c));
        SessionTable after = table(pool(KEYS, 1, a, changed, c));
        SplittableRandom random = new SplittableRandom(seed);
        int moved = 0;
        for (int i = 0; i < SESSIONS; i++) {
            long session = random.nextLong();
            moved += group(before, session).equals(group(after, session)) ? 0 : 1;
        }
        double total = a + b + c;
        double totalAfter = a + changed + c;
        double delta = (Math.abs(a / total - a / totalAfter)
                        + Math.abs(b / total - changed / totalAfter)
                        + Math.abs(c / total - c / totalAfter))
                / 2;
        double noise = 5 * Math.sqrt(delta * (1 - delta) / SESSIONS);
        assertThat(moved / (double) SESSIONS).isBetween(delta - noise - 1e-9, delta + noise + 1e-9);
    }

    @Property(tries = 40)
    void sessionsOfNewClients_areSpreadAsTheWeightsSay(
            @ForAll @IntRange(min = 1, max = 100) int a,
            @ForAll @IntRange(min = 1, max = 100) int b,
            @ForAll long seed) {
        SessionTable table = table(pool(KEYS, 1, a, b));
        SplittableRandom random = new SplittableRandom(seed);
        int first = 0;
        for (int i = 0; i < SESSIONS; i++) {
            // The policy has chosen by weight; the session must come back to where it began.
            boolean isFirst = random.nextInt(a + b) < a;
            BackendKey backend = new BackendKey(isFirst ? "g0" : "g1", isFirst ? "10.0.0.0" : "10.1.0.0", 80);
            long session = table.seedFor(backend, random);
            assertThat(group(table, session)).isEqualTo(backend.group());
            first += isFirst ? 1 : 0;
        }
        double share = a / (double) (a + b);
        assertThat(first / (double) SESSIONS)
                .isBetween(
                        share - 5 * Math.sqrt(share * (1 - share) / SESSIONS),
                        share + 5 * Math.sqrt(share * (1 - share) / SESSIONS));
    }

    @Test
    void allProxies_agreeOnWhereASessionGoesWhoseBackendIsGone() {
        List<Backend> shuffled = new ArrayList<>(pool(KEYS, 100, 70, 30).backends());
        SessionTable one = table(pool(KEYS, 100, 70, 30));
        SessionTable other = table(pool(KEYS, 100, 70, 30));
        Collections.shuffle(shuffled, new Random(3));
        SplittableRandom random = new SplittableRandom(20261126);
        int[] got = new int[200];
        for (int i = 0; i < SESSIONS; i++) {
            long session = random.nextLong();
            assertThat(chosen(one, session)).isEqualTo(chosen(other, session));
            got[chosen(one, session)]++;
        }
        // 140 and 60 are expected.
        assertThat(Arrays.stream(got, 0, 100).max().orElse(0)).isLessThan(220);
        assertThat(Arrays.stream(got, 100, 200).min().orElse(0)).isGreaterThan(20);
    }

    @Test
    void unhealthyBackend_doesNotMoveTheSessionsOfOthers() {
        PoolSnapshot pool = pool(KEYS, 10, 50, 50);
        SessionTable before = table(pool);
        SessionTable after = table(pool, HealthState.UNHEALTHY);
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 2_000; i++) {
            long session = random.nextLong();
            int backend = chosen(before, session);
            assertThat(after.keeps(session, backend)).isEqualTo(backend != 0);
        }
    }

    @Test
    void drainingBackend_keepsItsSessions_andGetsNoNewOnes() {
        SessionTable table = table(pool(KEYS, 3, 100), HealthState.DRAINING);
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < 1_000; i++) {
            long session = random.nextLong();
            assertThat(table.keeps(session, 0)).isTrue();
            assertThat(chosen(table, session)).isNotZero();
        }
        assertThat(table.serves(0)).isTrue();
    }

    @Test
    void groupWithoutHealthyBackends_givesItsSessionsUp() {
        SessionTable table = table(pool(KEYS, 1, 50, 50), HealthState.UNHEALTHY);
        SplittableRandom random = new SplittableRandom(9);
        for (int i = 0; i < 1_000; i++) {
            assertThat(group(table, random.nextLong())).isEqualTo("g1");
        }
    }

    @Test
    void noBackendLeft_hasNoGroup() {
        assertThat(table(pool(KEYS, 1, 50), HealthState.UNHEALTHY).group(1)).isEqualTo(SessionTable.NONE);
    }

    @Test
    void token_namesItsBackend_alsoWhenTheKeysHaveChanged() {
        PoolSnapshot pool = pool(KEYS, 5, 100);
        SessionTable table = table(pool);
        TokenCodec codec = new TokenCodec("shop/web", KEYS);
        String token = codec.sign(42, table.tag(pool.backends().get(3).key()), TokenCodec.UNBOUND);
        SessionKeys rotated = new SessionKeys(List.of(key("k2", 'b'), key("k1", 'a')));
        SessionTable after = table(pool(rotated, 5, 100));

        SessionToken read =
                Objects.requireNonNull(new TokenCodec("shop/web", rotated).check(token, TokenCodec.UNBOUND));

        assertThat(read.byFirstKey()).isFalse();
        assertThat(read.seed()).isEqualTo(42);
        assertThat(after.named(read)).isEqualTo(3);
        assertThat(table.named(new SessionToken(1, 2, true))).isEqualTo(SessionTable.NONE);
    }

    @Test
    void forgedToken_isNone() {
        TokenCodec codec = new TokenCodec("shop/web", KEYS);
        String token = codec.sign(42, 4711, 5);
        assertThat(codec.check(token, 5)).isNotNull();
        assertThat(codec.check(token, 6)).isNull();
        assertThat(new TokenCodec("shop/other", KEYS).check(token, 5)).isNull();
        assertThat(new TokenCodec("shop/web", new SessionKeys(List.of(key("k1", 'z')))).check(token, 5))
                .isNull();
        assertThat(new TokenCodec("shop/web", new SessionKeys(List.of(key("k9", 'a')))).check(token, 5))
                .isNull();
        assertThat(new TokenCodec("shop/web", SessionKeys.NONE).check(token, 5)).isNull();
        for (String rubbish : List.of("", ".", "k1", "k1.", "k1." + "!".repeat(38), token + "A", token.substring(1))) {
            assertThat(codec.check(rubbish, 5)).as(rubbish).isNull();
        }
    }

    @Property
    void tokenWithOneOtherCharacter_isNone(@ForAll @IntRange(min = 3, max = 40) int at, @ForAll long seed) {
        TokenCodec codec = new TokenCodec("shop/web", KEYS);
        String token = codec.sign(seed, ~seed, TokenCodec.UNBOUND);
        char other = token.charAt(at) == 'A' ? 'B' : 'A';
        assertThat(codec.check(token.substring(0, at) + other + token.substring(at + 1), TokenCodec.UNBOUND))
                .isNull();
    }
}
