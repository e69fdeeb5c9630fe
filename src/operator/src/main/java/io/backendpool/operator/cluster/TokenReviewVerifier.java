package io.backendpool.operator.cluster;

import io.backendpool.operator.control.TokenVerifier;
import io.backendpool.operator.logs.PoolLog;
import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Asks the API server whose token it is (authentication.k8s.io/v1, TokenReview). A token opens a pool when it was made for
 * the control channel's audience, is bound to a pod that is there, and belongs to the ServiceAccount of that pool. What
 * was found is kept for some seconds, so that a crowd of proxies that dial again is no crowd for the API server. Any thread.
 */
final class TokenReviewVerifier implements TokenVerifier {
    /** What tokens for the control channel are made for. */
    static final String AUDIENCE = "backendpool.io/control";
    /** A deleted pod's token may be good for this long. */
    static final Duration FRESH = Duration.ofSeconds(10);
    /** While the API server does not answer, who was let in before is let in again for this long. */
    static final Duration GRACE = Duration.ofMinutes(10);

    private static final Logger LOG = Logger.getLogger(TokenReviewVerifier.class);
    private static final int MOST_KEPT = 10_000;
    private static final String ACCOUNT = "system:serviceaccount:";
    private static final String POD_NAME = "authentication.kubernetes.io/pod-name";

    private final KubernetesClient client;
    private final BiFunction<String, String, @Nullable PoolId> poolOf;
    private final Clock clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private record Known(PoolId pool, Instant at) {}

    /**
     * Knows no token yet.
     *
     * @param poolOf the pool of a namespace whose proxies run under a ServiceAccount of a name; null: it is of no pool
     */
    TokenReviewVerifier(KubernetesClient client, BiFunction<String, String, @Nullable PoolId> poolOf, Clock clock) {
        this.client = client;
        this.poolOf = poolOf;
        this.clock = clock;
    }

    /**
     * Asks, or remembers.
     *
     * @throws KubernetesClientException the API server cannot be asked now, and the token is not known from before
     */
    @Override
    public @Nullable PoolId verify(String token) {
        String digest = digest(token);
        Known before = known.get(digest);
        Instant now = clock.instant();
        if (before != null && now.isBefore(before.at().plus(FRESH))) {
            return before.pool();
        }
        TokenReviewStatus status;
        try {
            status = review(token);
        } catch (KubernetesClientException noAnswer) {
            if (before != null && now.isBefore(before.at().plus(GRACE))) {
                Duration ago = Duration.between(before.at(), now).truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
                PoolLog.about(
                        before.pool(),
                        () -> LOG.warnf(
                                "pool=%s a token cannot be checked and is let in as %s ago: %s",
                                before.pool(), ago, ApiProblem.of(noAnswer)));
                return before.pool();
            }
            LOG.warnf("a token cannot be checked: %s", ApiProblem.of(noAnswer));
            throw noAnswer;
        }
        PoolId pool = pool(status);
        if (pool == null) {
            known.remove(digest);
        } else {
            if (known.size() >= MOST_KEPT) {
                known.values().removeIf(old -> !now.isBefore(old.at().plus(FRESH)));
            }
            if (known.size() < MOST_KEPT) {
                known.put(digest, new Known(pool, now));
            }
        }
        return pool;
    }

    private TokenReviewStatus review(String token) {
        TokenReview review = new TokenReviewBuilder()
                .withNewSpec()
                .withToken(token)
                .withAudiences(AUDIENCE)
                .endSpec()
                .build();
        TokenReview answer = client.resource(review).create();
        return answer.getStatus() == null ? new TokenReviewStatus() : answer.getStatus();
    }

    private @Nullable PoolId pool(TokenReviewStatus status) {
        UserInfo user = status.getUser();
        if (!Boolean.TRUE.equals(status.getAuthenticated()) || user == null) {
            LOG.infof("a token was refused: %s", status.getError() == null ? "it is no token" : status.getError());
            return null;
        }
        // An API server that knows no audiences answers without one: such a token could be anybody's.
        if (status.getAudiences() == null || !status.getAudiences().contains(AUDIENCE)) {
            LOG.warnf(
                    "a token of %s was refused: audiences %s (expected: %s)",
                    user.getUsername(), status.getAudiences(), AUDIENCE);
            return null;
        }
        String name = user.getUsername();
        if (name == null || !name.startsWith(ACCOUNT)) {
            LOG.warnf("a token of %s was refused (expected: a ServiceAccount of a pool)", name);
            return null;
        }
        Map<String, List<String>> extra = user.getExtra();
        if (extra == null || extra.getOrDefault(POD_NAME, List.of()).isEmpty()) {
            LOG.warnf(
                    "a token of %s was refused: it is bound to no pod (expected: one projected into a proxy's pod)",
                    name);
            return null;
        }
        int colon = name.indexOf(':', ACCOUNT.length());
        PoolId pool =
                colon < 0 ? null : poolOf.apply(name.substring(ACCOUNT.length(), colon), name.substring(colon + 1));
        if (pool == null) {
            LOG.warnf("a token of %s was refused (expected: the ServiceAccount of a pool)", name);
        }
        return pool;
    }

    /** Tokens are not kept in memory. */
    private static String digest(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
