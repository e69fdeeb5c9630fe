package io.backendpool.api.v1alpha1;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The proxies as Kubernetes objects. */
public class ProxySettings {
    public @Nullable Integer replicas;
    public @Nullable ResourceRequirements resources;
    public @Nullable String image;
    public @Nullable ServiceType serviceType;
    public @Nullable Map<String, String> annotations;
    public @Nullable Map<String, String> labels;
    public @Nullable Map<String, String> nodeSelector;
    public @Nullable List<Toleration> tolerations;
    public @Nullable Affinity affinity;
    public @Nullable List<TopologySpreadConstraint> topologySpreadConstraints;
    public @Nullable String priorityClassName;
    public @Nullable String terminationGracePeriod;

    /** The type of the Service in front of the proxies. */
    public enum ServiceType {
        ClusterIP,
        NodePort,
        LoadBalancer
    }
}
