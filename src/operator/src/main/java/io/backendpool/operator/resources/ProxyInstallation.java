package io.backendpool.operator.resources;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;

/**
 * What every pool's proxies take from the operator's own configuration where the pool says nothing.
 *
 * @param image the proxies' container image, of the operator's own release
 * @param resources what each proxy requests and is limited to
 */
public record ProxyInstallation(String image, ResourceRequirements resources) {
    public ProxyInstallation {
        if (image.isBlank()) {
            throw new IllegalArgumentException("the proxies' image: \"" + image + "\" (expected: NAME:TAG)");
        }
    }

    /**
     * With the resources of a small proxy. Memory is requested as it is limited, because a proxy that loses it loses
     * requests. CPU is requested but not limited: throttling shows as latency.
     */
    public static ProxyInstallation ofImage(String image) {
        return new ProxyInstallation(
                image,
                new ResourceRequirementsBuilder()
                        .addToRequests("cpu", new Quantity("500m"))
                        .addToRequests("memory", new Quantity("512Mi"))
                        .addToLimits("memory", new Quantity("512Mi"))
                        .build());
    }
}
