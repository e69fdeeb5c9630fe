package io.backendpool.operator.cluster;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.operator.certificates.CertificateExpiry;
import io.backendpool.operator.logs.PoolLog;
import io.backendpool.operator.status.ConditionType;
import io.backendpool.operator.status.Reason;
import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Events for what has changed, as {@code kubectl describe} shows them. The same thing once more raises a count, and at most
 * once a minute: a pool that flaps does not fill etcd. Written by a thread of its own; a failure is logged and dropped.
 */
final class PoolEvents implements AutoCloseable {
    static final String COMPONENT = "backendpool-operator";

    private static final Logger LOG = Logger.getLogger(PoolEvents.class);
    private static final Duration REPEAT = Duration.ofMinutes(1);
    private static final int MOST_KEPT = 5_000;
    private static final int LONGEST_NOTE = 1_000;
    /** Types of which False is the good state. */
    private static final List<String> BAD_WHEN_TRUE =
            List.of(ConditionType.STALLED.word(), ConditionType.OVERRIDDEN.word());

    private static final List<String> TOLD = List.of(
            ConditionType.ACCEPTED.word(),
            ConditionType.RESOLVED_REFS.word(),
            ConditionType.PROGRAMMED.word(),
            ConditionType.READY.word(),
            ConditionType.STALLED.word(),
            ConditionType.OVERRIDDEN.word());

    /** A revision that is being rolled out, backends that are yet to be probed: the usual thing. */
    private static final List<String> ON_THE_WAY = List.of(Reason.PENDING.word(), Reason.UNPROBED.word());

    /** Reasons for a good status of which somebody should hear all the same. */
    private static final List<String> DEGREES_OF_BAD =
            List.of(Reason.DEGRADED.word(), Reason.FAILOVER.word(), Reason.PANIC.word(), Reason.LAST_RESORT.word());

    private final KubernetesClient client;
    private final Clock clock;
    private final ExecutorService writer = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("events").factory());
    private final Map<String, Told> told = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Told> eldest) {
            return size() > MOST_KEPT;
        }
    };

    private static final class Told {
        int count;
        int written;

        @Nullable
        Instant writtenAt;

        @Nullable
        Instant first;
    }

    PoolEvents(KubernetesClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    /** One event for each condition whose status is another than {@code before}, of Ready also for another reason. */
    void transitions(BackendPool pool, @Nullable BackendPoolStatus before, BackendPoolStatus now) {
        Map<String, Condition> old = new LinkedHashMap<>();
        if (before != null && before.conditions != null) {
            before.conditions.forEach(condition -> old.put(condition.getType(), condition));
        }
        for (Condition condition : Objects.requireNonNullElse(now.conditions, List.<Condition>of())) {
            if (isNews(old.get(condition.getType()), condition)) {
                tell(pool, isGood(condition), condition.getReason(), condition.getMessage());
            }
        }
    }

    static boolean isNews(@Nullable Condition before, Condition now) {
        if (!TOLD.contains(now.getType()) || ON_THE_WAY.contains(now.getReason())) {
            return false;
        }
        if (before == null) {
            // What a new pool begins with is no news but where it is bad.
            return !isGood(now)
                    && !"Unknown".equals(now.getStatus())
                    && !Reason.PROXIES_NOT_READY.word().equals(now.getReason());
        }
        if (ConditionType.READY.word().equals(now.getType())) {
            // Proxies that never were ready are on their way. Ready has degrees: a panic is news, though traffic is
            // served.
            return !now.getReason().equals(before.getReason())
                    && (!Reason.PROXIES_NOT_READY.word().equals(now.getReason()) || "True".equals(before.getStatus()));
        }
        return !now.getStatus().equals(before.getStatus());
    }

    static boolean isGood(Condition condition) {
        boolean badWhenTrue = BAD_WHEN_TRUE.contains(condition.getType());
        return condition.getStatus().equals(badWhenTrue ? "False" : "True")
                && !DEGREES_OF_BAD.contains(condition.getReason());
    }

    /** The control channel is about to lose its certificates; said of each pool, for that is where its user looks. */
    void certificatesNotRenewed(BackendPool pool, CertificateExpiry expiry, String cause) {
        tell(
                pool,
                false,
                "CertificateNotRenewed",
                ("the control channel's certificate expires at %s, its CA at %s, and they cannot be renewed: %s; from then"
                                + " on proxies go on with their last pool")
                        .formatted(expiry.server(), expiry.ca(), cause));
    }

    /** Says it. {@code reason} is one word in CamelCase; {@code good}: of type Normal, else Warning. */
    void tell(BackendPool about, boolean good, String reason, String message) {
        PoolId pool = ResourcePools.id(about);
        try {
            writer.execute(() -> PoolLog.about(pool, () -> {
                try {
                    write(about, good, reason, message);
                } catch (RuntimeException failed) {
                    LOG.warnf("pool=%s event %s cannot be written: %s", pool, reason, ApiProblem.of(failed));
                }
            }));
        } catch (RejectedExecutionException closed) {
            LOG.debugf("event %s comes after the end", reason);
        }
    }

    private void write(BackendPool about, boolean good, String reason, String message) {
        String note = message.length() <= LONGEST_NOTE ? message : message.substring(0, LONGEST_NOTE) + "…";
        String name = about.getMetadata().getName() + "."
                + Integer.toHexString(Objects.hash(about.getMetadata().getUid(), about.getKind(), reason, good));
        Told state = told.computeIfAbsent(about.getMetadata().getNamespace() + "/" + name, key -> new Told());
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        state.count++;
        if (state.writtenAt != null && now.isBefore(state.writtenAt.plus(REPEAT))) {
            return;
        }
        Instant first = Objects.requireNonNullElse(state.first, now);
        Event event = new EventBuilder()
                .withNewMetadata()
                .withNamespace(about.getMetadata().getNamespace())
                .withName(name)
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(about.getApiVersion())
                .withKind(about.getKind())
                .withNamespace(about.getMetadata().getNamespace())
                .withName(about.getMetadata().getName())
                .withUid(about.getMetadata().getUid())
                .endInvolvedObject()
                .withType(good ? "Normal" : "Warning")
                .withReason(reason)
                .withMessage(note)
                .withFirstTimestamp(first.toString())
                .withLastTimestamp(now.toString())
                .withCount(state.count)
                .withNewSource()
                .withComponent(COMPONENT)
                .endSource()
                .build();
        if (state.written == 0) {
            Event before = client.resource(event).get();
            if (before != null) {
                // Told by the operator before this one.
                state.count += Objects.requireNonNullElse(before.getCount(), 1);
                event.setCount(state.count);
                event.setFirstTimestamp(before.getFirstTimestamp());
                first = before.getFirstTimestamp() == null ? first : Instant.parse(before.getFirstTimestamp());
            }
        }
        client.resource(event).fieldManager(COMPONENT).forceConflicts().serverSideApply();
        state.first = first;
        state.written = state.count;
        state.writtenAt = now;
    }

    @Override
    public void close() {
        writer.shutdownNow();
    }
}
