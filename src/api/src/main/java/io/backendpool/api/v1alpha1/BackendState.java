package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** One backend as the proxies see it. */
public class BackendState {
    @JsonPropertyDescription("The name of its group in spec.backends.")
    public @Nullable String group;

    @JsonPropertyDescription("Its address, host:port.")
    public @Nullable String address;

    /** The pod or the DNS name that the address came from. */
    @JsonPropertyDescription("The pod or the DNS name that the address came from.")
    public @Nullable String origin;

    /** Healthy, Warming, Unhealthy, Ejected, Unknown or Draining. */
    @JsonPropertyDescription(
            "Healthy, Warming (on its way to its share), Unhealthy, Ejected (out for a while), Unknown (not probed yet) or "
                    + "Draining (finishes what it has).")
    public @Nullable String health;

    @JsonPropertyDescription("Why it is in that state, in one phrase.")
    public @Nullable String reason;

    /** The part of the group weight that it would have were all of the group healthy; a decimal such as 33.33. */
    @JsonPropertyDescription(
            "The part of the group's weight that it would have were all of the group healthy, such as 33.33.")
    public @Nullable String declaredWeight;

    /** What an override says of it or of its group. */
    @JsonPropertyDescription(
            "What an override says of it or of its group, such as `drained until 2026-01-31T06:00:00Z: maintenance`. Absent: "
                    + "none does.")
    public @Nullable String override;

    @JsonPropertyDescription("The part of the group's weight that it has now; 0 when it is not eligible.")
    public @Nullable String effectiveWeight;

    /** Absent: its weight is not adapted. */
    @JsonPropertyDescription(
            "How its weight is adapted to its latency and errors and why, in the words of one proxy. Absent: it is not.")
    public @Nullable String adaptation;

    /** Percent of the requests of the last minute, such as 33%. */
    @JsonPropertyDescription("Its part of the pool's requests of the last minute, such as 33%.")
    public @Nullable String trafficShare;

    /** Absent: it does not drain. */
    @JsonPropertyDescription("What it has left while it drains. Absent: it does not drain.")
    public @Nullable DrainProgress drain;

    /** How many proxies agree on the health, of how many that report: 2/2. */
    @JsonPropertyDescription("How many proxies agree on its health, of how many that report on it, such as 2/2.")
    public @Nullable String proxies;

    /** RFC 3339. */
    @JsonPropertyDescription("Since when it has been in that state, RFC 3339.")
    public @Nullable String since;
}
