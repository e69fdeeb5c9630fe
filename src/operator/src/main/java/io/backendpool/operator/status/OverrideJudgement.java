package io.backendpool.operator.status;

import io.backendpool.api.v1alpha1.BackendPoolOverrideStatus;
import io.backendpool.operator.translate.OverrideVerdict;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What came of one override, in the words of its status. Immutable.
 *
 * @param accepted what it names is there, or was, or may come
 * @param active traffic follows it
 * @param reason of both conditions, in one word
 * @param message why, in one sentence for people
 */
public record OverrideJudgement(boolean accepted, boolean active, String reason, String message) {
    private static final String ACTIVE = "Active";

    /** As {@code verdict} says. */
    public static OverrideJudgement of(OverrideVerdict verdict) {
        String reason =
                switch (verdict.reason()) {
                    case ACTIVE -> ACTIVE;
                    case EXPIRED -> "Expired";
                    case POOL_NOT_FOUND -> "PoolNotFound";
                    case GROUP_NOT_FOUND -> "GroupNotFound";
                    case BACKEND_NOT_FOUND -> "BackendNotFound";
                    case REPLACED -> "Replaced";
                    case TOO_MANY -> "TooMany";
                };
        return new OverrideJudgement(
                verdict.reason().isAccepted(), verdict.reason().isActive(), reason, verdict.message());
    }

    /** Of one that cannot be read; {@code message} names the field. */
    public static OverrideJudgement invalid(String message) {
        return new OverrideJudgement(false, false, "Invalid", message);
    }

    /**
     * The status that says so.
     *
     * @param last the status before, whose times of transitions go on; null: there was none
     * @param generation that this is about; null where there is none, as in files
     */
    public BackendPoolOverrideStatus status(
            @Nullable BackendPoolOverrideStatus last, @Nullable Long generation, Instant now) {
        Conditions conditions = new Conditions(last == null ? null : last.conditions, generation, now);
        BackendPoolOverrideStatus status = new BackendPoolOverrideStatus();
        status.observedGeneration = generation;
        status.conditions = List.of(
                conditions.of("Accepted", word(accepted), reason, message),
                conditions.of(ACTIVE, word(active), reason, message));
        return status;
    }

    private static String word(boolean holds) {
        return holds ? "True" : "False";
    }

    /** Whether two of an override say the same. */
    public static boolean same(@Nullable BackendPoolOverrideStatus a, @Nullable BackendPoolOverrideStatus b) {
        return a != null
                && b != null
                && Objects.equals(a.observedGeneration, b.observedGeneration)
                && conditions(a).equals(conditions(b));
    }

    private static List<Condition> conditions(BackendPoolOverrideStatus status) {
        return Objects.requireNonNullElse(status.conditions, List.of());
    }

    /** Why traffic does not follow the override whose status this is; null: it does, or nothing was said yet. */
    public static @Nullable String whyNotActive(@Nullable BackendPoolOverrideStatus status) {
        if (status == null || status.conditions == null) {
            return null;
        }
        return status.conditions.stream()
                .filter(condition -> ACTIVE.equals(condition.getType()) && "False".equals(condition.getStatus()))
                .map(condition -> Objects.requireNonNullElse(condition.getMessage(), condition.getReason()))
                .findFirst()
                .orElse(null);
    }
}
