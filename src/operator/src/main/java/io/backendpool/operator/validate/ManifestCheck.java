package io.backendpool.operator.validate;

import java.util.List;

/**
 * What was found in a set of files. Immutable.
 *
 * @param pools the pools without a problem, in the order of the files and of the documents in them
 * @param overrides the overrides without a problem, in the same order
 * @param problems in the same order
 * @param otherDocuments how many documents are of another kind, and were skipped
 */
public record ManifestCheck(
        List<ValidPool> pools, List<ValidOverride> overrides, List<Problem> problems, int otherDocuments) {
    public ManifestCheck {
        pools = List.copyOf(pools);
        overrides = List.copyOf(overrides);
        problems = List.copyOf(problems);
    }
}
