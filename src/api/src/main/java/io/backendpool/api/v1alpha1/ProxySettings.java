package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The proxies as Kubernetes objects. */
public class ProxySettings {
    @Default("2")
    @Min(0)
    @Max(1_000)
    @SpecReplicas
    @JsonPropertyDescription(
            "How many proxies run. 0 to 1000. An autoscaler may own it: it is what the scale subresource "
                    + "changes. Default: 2.")
    public @Nullable Integer replicas;

    @JsonPropertyDescription("CPU and memory that each proxy requests and is limited to. Default: what the operator is "
            + "configured with.")
    public @Nullable ResourceRequirements resources;

    @Size(min = 1, max = 512)
    @JsonPropertyDescription("The proxies' container image. Default: the one of the operator's own release.")
    public @Nullable String image;

    @Default("ClusterIP")
    @JsonPropertyDescription("The type of the Service in front of the proxies: ClusterIP, NodePort or LoadBalancer. "
            + "Default: ClusterIP.")
    public @Nullable ServiceType serviceType;

    @Size(max = 64)
    @JsonPropertyDescription("Annotations put on the proxies' pods and on the Service in front of them, up to 64.")
    public @Nullable Map<String, String> annotations;

    @Size(max = 64)
    @ValidationRule(
            value = "self.all(key, !key.startsWith('backendpool.io/') && !key.startsWith('app.kubernetes.io/'))",
            message = "a key of the operator's own (expected: none of backendpool.io/ and app.kubernetes.io/)")
    @JsonPropertyDescription("Labels put on the proxies' pods, up to 64. Keys that start with backendpool.io/ or "
            + "app.kubernetes.io/ belong to the operator.")
    public @Nullable Map<String, @Size(max = 63) @Pattern(Syntax.LABEL_VALUE) String> labels;

    @Size(max = 64)
    @JsonPropertyDescription("The labels that a node must have to run a proxy.")
    public @Nullable Map<String, @Size(max = 63) @Pattern(Syntax.LABEL_VALUE) String> nodeSelector;

    @Size(max = 64)
    @JsonPropertyDescription("The taints of nodes that the proxies tolerate.")
    public @Nullable List<Toleration> tolerations;

    @JsonPropertyDescription(
            "Rules on which nodes, and beside which pods, the proxies run. Default: spread over nodes where "
                    + "possible.")
    public @Nullable Affinity affinity;

    @Size(max = 16)
    @JsonPropertyDescription("How the proxies are spread over zones, nodes and other domains.")
    public @Nullable List<TopologySpreadConstraint> topologySpreadConstraints;

    @Size(min = 1, max = 253)
    @JsonPropertyDescription("The name of the PriorityClass of the proxies' pods.")
    public @Nullable String priorityClassName;

    @Default("30s")
    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription(
            "How long a proxy that is told to stop may finish the requests in flight. A duration such as 30s or "
                    + "2m. Default: 30s.")
    public @Nullable String terminationGracePeriod;

    /** The type of the Service in front of the proxies. */
    public enum ServiceType {
        ClusterIP,
        NodePort,
        LoadBalancer
    }
}
