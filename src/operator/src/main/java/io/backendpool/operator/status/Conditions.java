package io.backendpool.operator.status;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the conditions of one status; the time of a transition stays as long as the condition does not change its status. Any
 * thread.
 */
public final class Conditions {
    private final Map<String, Condition> before = new HashMap<>();
    private final @Nullable Long generation;
    private final String now;

    /**
     * For a status that follows another.
     *
     * @param previous the conditions of the status before; null: there was none
     * @param generation that the status speaks of
     */
    public Conditions(@Nullable List<Condition> previous, @Nullable Long generation, Instant now) {
        if (previous != null) {
            previous.forEach(condition -> before.put(condition.getType(), condition));
        }
        this.generation = generation;
        this.now = time(now);
    }

    /** A condition of {@code type} that is {@code status}: True, False or Unknown. */
    public Condition of(String type, String status, String reason, String message) {
        Condition old = before.get(type);
        return new ConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(reason)
                .withMessage(message)
                .withObservedGeneration(generation)
                .withLastTransitionTime(
                        old != null && status.equals(old.getStatus()) ? old.getLastTransitionTime() : now)
                .build();
    }

    /** RFC 3339 in whole seconds, as Kubernetes writes times. */
    static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
