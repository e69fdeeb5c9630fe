package io.backendpool.operator.dns;

import java.time.Duration;
import java.util.List;

/** The outcome of one lookup of one name. */
sealed interface DnsAnswer {

    /**
     * The name has these.
     *
     * @param addresses IP literals, sorted, each once; not empty
     * @param ttl how long they may be used, by the record that lives shortest
     */
    record Addresses(List<String> addresses, Duration ttl) implements DnsAnswer {
        public Addresses {
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * Nothing usable came.
     *
     * @param cause why, for people
     */
    record Nothing(String cause) implements DnsAnswer {}
}
