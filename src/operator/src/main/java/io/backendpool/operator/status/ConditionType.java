package io.backendpool.operator.status;

/** The conditions of a pool, in the order in which the status shows them. */
public enum ConditionType {
    /** Is the live manifest one that this operator takes? As in the Gateway API. */
    ACCEPTED("Accepted"),
    /** Has everything that the manifest refers to been found? As in the Gateway API. */
    RESOLVED_REFS("ResolvedRefs"),
    /** Do all proxies run the published revision? As in the Gateway API. */
    PROGRAMMED("Programmed"),
    /** Is traffic served? */
    READY("Ready"),
    /** Is the operator on its way to what was asked for? As in kstatus. */
    RECONCILING("Reconciling"),
    /** Is it stuck until somebody does something? As in kstatus. */
    STALLED("Stalled"),
    /** Does traffic follow an override rather than the manifest alone? */
    OVERRIDDEN("Overridden");

    private final String word;

    ConditionType(String word) {
        this.word = word;
    }

    /** The {@code type} of the condition. */
    public String word() {
        return word;
    }
}
