package io.backendpool.operator.translate;

import java.time.Instant;
import java.util.List;

/** What is known of one DNS name at one moment. Addresses are IP literals, sorted, each once. */
public sealed interface Resolution {

    /** Nobody has answered yet: the first lookup is under way. */
    record Pending() implements Resolution {}

    /** The newest lookup gave these; not empty. */
    record Resolved(List<String> addresses) implements Resolution {
        public Resolved {
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * Lookups fail; these are from the last one that succeeded.
     *
     * @param cause why the newest failed, for people
     * @param since when the first of the failures in a row was
     */
    record LastKnown(List<String> addresses, String cause, Instant since) implements Resolution {
        public LastKnown {
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * No lookup has ever succeeded.
     *
     * @param cause why the newest failed, for people
     * @param since when the first of the failures in a row was
     */
    record Failed(String cause, Instant since) implements Resolution {}
}
