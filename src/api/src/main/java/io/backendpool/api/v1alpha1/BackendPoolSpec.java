package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the user wants. */
public class BackendPoolSpec {
    @Required
    @Size(min = 1, max = 16)
    @ValidationRule(
            value = "self.all(l, self.exists_one(other, other.port == l.port))",
            message = "a port more than once (expected: each port once)")
    @JsonPropertyDescription(
            "The ports on which the proxies accept traffic: 1 to 16, each with its own name and port. They "
                    + "can be added and removed while the proxies run.")
    public @Nullable List<Listener> listeners;

    @Required
    @Size(min = 1, max = 64)
    @ValidationRule(
            value = "self.exists(group, group.weight > 0)",
            message = "every weight is 0 (expected: at least one group with a weight above 0)")
    @JsonPropertyDescription(
            "The groups of backends that the traffic is shared among, by weight: 1 to 64, each with its own " + "name.")
    public @Nullable List<BackendGroup> backends;

    @Default("{}")
    @JsonPropertyDescription("How a backend is chosen for a request.")
    public @Nullable LoadBalancing loadBalancing;

    @JsonPropertyDescription(
            "How the proxies probe the backends. A backend that fails gets no traffic until it succeeds again. "
                    + "Absent: nothing is probed and a backend counts as healthy as long as its Service says that it is ready.")
    public @Nullable HealthCheck healthCheck;

    @Default("{}")
    @JsonPropertyDescription(
            "The proxies as Kubernetes objects: how many, how big, where they run. Standalone mode ignores all "
                    + "but terminationGracePeriod.")
    public @Nullable ProxySettings proxy;
}
