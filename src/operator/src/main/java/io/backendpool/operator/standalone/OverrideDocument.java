package io.backendpool.operator.standalone;

import io.backendpool.operator.translate.OverrideId;
import io.backendpool.operator.translate.OverrideSpec;
import io.backendpool.operator.validate.Problem;
import io.backendpool.operator.validate.ValidOverride;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An override, and where it is written. Immutable.
 *
 * @param file as the user named it, or as it was found in a folder that the user named
 * @param line from 1, on which the document starts
 * @param id whose document it is
 * @param spec what it says; null: it cannot be read
 * @param fault why it cannot; empty where it can
 */
public record OverrideDocument(
        Path file, int line, OverrideId id, @Nullable OverrideSpec spec, String fault) {

    /**
     * The overrides of {@code valid}, by what they are.
     *
     * @param problems gets why some cannot be read
     */
    public static Map<OverrideId, OverrideDocument> read(List<ValidOverride> valid, List<Problem> problems) {
        Map<OverrideId, OverrideDocument> read = new LinkedHashMap<>();
        for (ValidOverride one : valid) {
            OverrideDocument document = of(one);
            if (document.spec == null) {
                problems.add(document.problem(document.fault));
            }
            read.put(document.id, document);
        }
        return read;
    }

    private static OverrideDocument of(ValidOverride valid) {
        var bean = valid.override();
        OverrideId id = OverrideId.of(bean.getMetadata());
        try {
            return new OverrideDocument(valid.file(), valid.line(), id, OverrideSpec.read(bean), "");
        } catch (IllegalArgumentException notCaughtBySchema) {
            return new OverrideDocument(
                    valid.file(), valid.line(), id, null, String.valueOf(notCaughtBySchema.getMessage()));
        }
    }

    /** That traffic does not follow it, and why. */
    public Problem withoutEffect(String why) {
        return problem("override %s: %s".formatted(id.name(), why));
    }

    private Problem problem(String message) {
        return new Problem(file, line, "", message);
    }
}
