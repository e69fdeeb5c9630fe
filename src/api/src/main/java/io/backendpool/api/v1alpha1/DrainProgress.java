package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** What a backend that drains has left. */
public class DrainProgress {
    /** Of all proxies together. */
    @JsonPropertyDescription(
            "How many requests, WebSockets, TCP connections and UDP flows it has under way, of all proxies together.")
    public @Nullable Long open;

    /** Of all proxies together. */
    @JsonPropertyDescription(
            "How many requests and connections it got in the ten seconds before: those of sessions that it has, and all "
                    + "where no other backend is left.")
    public @Nullable Long recent;

    /** RFC 3339. */
    @JsonPropertyDescription(
            "When the drain ends by itself, RFC 3339: the until of the override. Absent: it does not, or the platform does not "
                    + "say when the endpoint goes.")
    public @Nullable String until;

    /** RFC 3339. */
    @JsonPropertyDescription("When open and recent were counted, RFC 3339. Anew after ten seconds at the earliest.")
    public @Nullable String asOf;
}
