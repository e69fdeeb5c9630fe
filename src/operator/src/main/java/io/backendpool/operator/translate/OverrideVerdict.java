package io.backendpool.operator.translate;

/**
 * What came of one override.
 *
 * @param name the resource's
 * @param reason in one word
 * @param message why, in one sentence for people
 */
public record OverrideVerdict(String name, Reason reason, String message) {

    /** The words. */
    public enum Reason {
        /** Traffic follows it. */
        ACTIVE(true, true),
        /** Its time is over. */
        EXPIRED(true, false),
        /** The pool has no such group. */
        GROUP_NOT_FOUND(false, false),
        /** The group has no such backend at the moment. */
        BACKEND_NOT_FOUND(true, false),
        /** A newer one says something else of the same. */
        REPLACED(true, false),
        /** The pool has too many others. */
        TOO_MANY(false, false);

        private final boolean accepted;
        private final boolean active;

        Reason(boolean accepted, boolean active) {
            this.accepted = accepted;
            this.active = active;
        }

        /** What it names is there, or was, or may come. */
        public boolean isAccepted() {
            return accepted;
        }

        /** Traffic follows it. */
        public boolean isActive() {
            return active;
        }
    }

    /** {@code override NAME: message}. */
    @Override
    public String toString() {
        return "override " + name + ": " + message;
    }
}
