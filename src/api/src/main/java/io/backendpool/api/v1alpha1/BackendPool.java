package io.backendpool.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** A pool of backends behind a set of self-healing proxies. */
@Group("backendpool.io")
@Version("v1alpha1")
@Kind("BackendPool")
@Plural("backendpools")
@Singular("backendpool")
@ShortNames({"bp", "bpool"})
@Categories("networking")
// The pool's name begins the names of its Deployment and Service (RFC 1035 labels of up to 63 characters).
@ValidationRule(
        value = "size(self.metadata.name) <= 50 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
        messageExpression =
                "'metadata.name: \"' + self.metadata.name + '\" (expected: up to 50 lower-case letters, digits and dashes, "
                        + "starting with a letter and not ending with a dash)'",
        message =
                "metadata.name (expected: up to 50 lower-case letters, digits and dashes, starting with a letter and not "
                        + "ending with a dash)")
@AdditionalPrinterColumn(
        name = "Healthy",
        jsonPath = ".status.summary.ratio",
        getDescription = "Healthy backends of all backends")
@AdditionalPrinterColumn(
        name = "Proxies",
        jsonPath = ".status.proxies.readyRatio",
        getDescription = "Ready proxies of desired proxies")
@AdditionalPrinterColumn(
        name = "Synced",
        jsonPath = ".status.proxies.syncedRatio",
        getDescription = "Proxies on the current revision of desired proxies")
@AdditionalPrinterColumn(
        name = "Ready",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
        getDescription = "Whether the pool serves")
@AdditionalPrinterColumn(
        name = "Reason",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
        getDescription = "Why, in one word")
@AdditionalPrinterColumn(
        name = "Address",
        jsonPath = ".status.address",
        getDescription = "Where clients reach the pool")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
        name = "Policy",
        jsonPath = ".spec.loadBalancing.policy",
        priority = 1,
        getDescription = "How a backend is chosen")
@AdditionalPrinterColumn(
        name = "Revision",
        jsonPath = ".status.revision",
        type = AdditionalPrinterColumn.Type.INTEGER,
        priority = 1,
        getDescription = "The newest published revision")
@AdditionalPrinterColumn(
        name = "Behind",
        jsonPath = ".status.proxies.behindSince",
        type = AdditionalPrinterColumn.Type.DATE,
        priority = 1,
        getDescription = "How old the oldest change is that a connected proxy has not acknowledged")
@AdditionalPrinterColumn(
        name = "Requests/s",
        jsonPath = ".status.traffic.requestsPerSecond",
        priority = 1,
        getDescription = "Requests per second over all proxies")
public class BackendPool extends CustomResource<BackendPoolSpec, BackendPoolStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    /** Where the CRD is found on the class path, as YAML. */
    public static final String CRD_RESOURCE = "io/backendpool/api/v1alpha1/backendpools.backendpool.io-v1.yaml";
}
