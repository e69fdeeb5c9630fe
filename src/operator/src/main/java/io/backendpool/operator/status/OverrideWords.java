package io.backendpool.operator.status;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.WeightOverride;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What overrides say, in the words of the status. Immutable. */
final class OverrideWords {
    private final Map<String, WeightOverride> byTarget = new HashMap<>();

    /** {@code overrides} of one snapshot. */
    OverrideWords(List<WeightOverride> overrides) {
        overrides.forEach(override -> byTarget.put(override.target(), override));
    }

    /** What is said of {@code backend} and of its group; null: nothing. */
    @Nullable
    String about(BackendKey backend) {
        if (byTarget.isEmpty()) {
            return null;
        }
        List<String> said = new ArrayList<>();
        WeightOverride own = byTarget.get(backend.toString());
        if (own != null) {
            said.add(words(own));
        }
        WeightOverride ofGroup = byTarget.get(backend.group());
        if (ofGroup != null) {
            said.add("group " + words(ofGroup));
        }
        return said.isEmpty() ? null : String.join("; ", said);
    }

    /** {@code stable/10.0.0.7:8080 drained until 2026-01-31T06:00:00Z: maintenance}. */
    static String sentence(WeightOverride override) {
        return (override.backend() == null ? "group " : "") + override.target() + " " + words(override);
    }

    private static String words(WeightOverride override) {
        String what = override.drain()
                ? "drained"
                : override.backend() == null ? "weight " + override.weight() : override.weight() + " % of its share";
        return what
                + (override.until() == null ? "" : " until " + override.until())
                + (override.reason().isEmpty() ? "" : ": " + override.reason());
    }
}
