package io.backendpool.operator.status;

import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.api.v1alpha1.ProxySummary;
import io.backendpool.control.ProxyStatus;
import io.backendpool.control.Revision;
import io.backendpool.operator.control.ConnectedProxy;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The first moments of an operator that follows another, or itself before a restart: the proxies serve and have yet to
 * dial it. What only they can tell stays as it was written last; what this operator knows by itself is said at once:
 *
 * <pre>
 *   stays as it was                         is said at once
 *   Ready, summary, backends, traffic,      revision, digest, observedGeneration, Accepted, ResolvedRefs,
 *   balancing, proxies.ready                Overridden, what a connected proxy refuses or lags behind with
 *   Programmed and proxies.synced, while    Programmed and proxies.synced of another revision: not yet
 *   revision and generation are the same
 * </pre>
 *
 * <p>It ends when as many proxies have spoken as there should be, and after {@link #GRACE} in any case. Immutable; its
 * methods are pure. See docs/adr/0011-status-over-a-change-of-operators.md.
 */
public final class TakeOver {
    /** Proxies dial again within seconds; what has not come by then is news. */
    public static final Duration GRACE = Duration.ofSeconds(15);

    private static final String UNKNOWN = "Unknown";

    private final BackendPoolStatus former;
    private final ProxySummary formerProxies;
    private final Condition formerReady;
    private final Condition formerProgrammed;

    private TakeOver(
            BackendPoolStatus former, ProxySummary formerProxies, Condition formerReady, Condition formerProgrammed) {
        this.former = former;
        this.formerProxies = formerProxies;
        this.formerReady = formerReady;
        this.formerProgrammed = formerProgrammed;
    }

    /**
     * Of what was written last before this operator came.
     *
     * @return null: nothing in it is worth keeping, for it was not known by then either
     */
    public static @Nullable TakeOver of(@Nullable BackendPoolStatus former) {
        ProxySummary proxies = former == null ? null : former.proxies;
        if (former == null || proxies == null || former.revision == null) {
            return null;
        }
        Condition ready = find(former.conditions, ConditionType.READY);
        Condition programmed = find(former.conditions, ConditionType.PROGRAMMED);
        return ready == null || programmed == null || UNKNOWN.equals(ready.getStatus())
                ? null
                : new TakeOver(former, proxies, ready, programmed);
    }

    /** Whether all {@code desired} proxies have dialled and said how they are. */
    public boolean isOver(List<ConnectedProxy> proxies, int desired) {
        return proxies.stream()
                        .filter(proxy -> !proxy.status().equals(ProxyStatus.NONE))
                        .count()
                >= desired;
    }

    /** {@code status}, which was made of {@code facts} alone, with what stays for now. Changes and gives back its argument. */
    BackendPoolStatus hold(BackendPoolStatus status, PoolFacts facts) {
        boolean sameRevision = isProgrammedStill(facts);
        status.summary = former.summary;
        status.backends = former.backends;
        status.balancing = former.balancing;
        status.traffic = former.traffic;
        status.proxies = proxies(Objects.requireNonNull(status.proxies), facts, sameRevision);
        if (status.address == null) {
            status.address = former.address;
        }
        List<Condition> conditions = Objects.requireNonNull(status.conditions);
        Condition stalled = find(conditions, ConditionType.STALLED);
        Condition formerStalled = find(former.conditions, ConditionType.STALLED);
        boolean moves = stalled != null && "False".equals(stalled.getStatus());
        boolean stuckStill = moves
                && formerStalled != null
                && (sameRevision || Reason.PROXY_FAILING.word().equals(formerStalled.getReason()));
        status.conditions = conditions.stream()
                .map(condition -> switch (type(condition)) {
                    case READY -> ready(facts);
                    case PROGRAMMED -> sameRevision ? formerProgrammed : condition;
                    case STALLED -> stuckStill ? formerStalled : condition;
                    case RECONCILING -> stuckStill ? former(condition) : condition;
                    case ACCEPTED, RESOLVED_REFS, OVERRIDDEN -> condition;
                })
                .toList();
        return status;
    }

    /** The revision is what it was, and no proxy that has dialled is known to run another one. */
    private boolean isProgrammedStill(PoolFacts facts) {
        Revision revision = facts.published().revision();
        return Objects.equals(former.revision, revision.number())
                && Objects.equals(former.digest, revision.digest())
                && Objects.equals(former.observedGeneration, facts.spec().generation())
                && facts.proxies().stream()
                        .allMatch(proxy -> revision.equals(proxy.acked()) && proxy.rejection() == null);
    }

    private ProxySummary proxies(ProxySummary now, PoolFacts facts, boolean sameRevision) {
        now.ready = formerProxies.ready;
        now.readyRatio = formerProxies.ready + "/" + facts.desired();
        if (sameRevision) {
            now.synced = formerProxies.synced;
            now.syncedRatio = formerProxies.synced + "/" + facts.desired();
            now.slowestAckMillis = formerProxies.slowestAckMillis;
            now.behindSince = formerProxies.behindSince;
        }
        return now;
    }

    /** Its observedGeneration stays, too: it says of which generation it was true. */
    private Condition ready(PoolFacts facts) {
        if (Objects.equals(former.digest, facts.published().revision().digest())) {
            return formerReady;
        }
        return new ConditionBuilder(formerReady)
                .withMessage("%s (revision %d; proxies are yet to dial this operator, which has just taken over)"
                        .formatted(formerReady.getMessage(), former.revision))
                .build();
    }

    private Condition former(Condition now) {
        Condition before = find(former.conditions, type(now));
        return before == null ? now : before;
    }

    private static ConditionType type(Condition condition) {
        for (ConditionType type : ConditionType.values()) {
            if (type.word().equals(condition.getType())) {
                return type;
            }
        }
        throw new IllegalArgumentException("condition " + condition.getType() + " (expected: one of ours)");
    }

    private static @Nullable Condition find(@Nullable List<Condition> conditions, ConditionType type) {
        return conditions == null
                ? null
                : conditions.stream()
                        .filter(condition -> type.word().equals(condition.getType()))
                        .findFirst()
                        .orElse(null);
    }
}
