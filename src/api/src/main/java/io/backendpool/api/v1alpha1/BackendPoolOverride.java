package io.backendpool.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** What somebody says against the manifest of a pool, for a while. */
@Group("backendpool.io")
@Version("v1alpha1")
@Kind("BackendPoolOverride")
@Plural("backendpooloverrides")
@Singular("backendpooloverride")
@ShortNames("bpo")
@Categories("networking")
@AdditionalPrinterColumn(name = "Pool", jsonPath = ".spec.pool", getDescription = "The pool that it is about")
@AdditionalPrinterColumn(name = "Group", jsonPath = ".spec.group", getDescription = "The group of backends")
@AdditionalPrinterColumn(
        name = "Address",
        jsonPath = ".spec.address",
        getDescription = "The one backend of it; empty: the whole group")
@AdditionalPrinterColumn(name = "Drain", jsonPath = ".spec.drain", getDescription = "Whether it gets nothing new")
@AdditionalPrinterColumn(name = "Weight", jsonPath = ".spec.weight", getDescription = "The weight of the group")
@AdditionalPrinterColumn(
        name = "Percent",
        jsonPath = ".spec.weightPercent",
        getDescription = "Of the backend's share, in percent")
@AdditionalPrinterColumn(name = "Until", jsonPath = ".spec.until", getDescription = "When it ends")
@AdditionalPrinterColumn(
        name = "Active",
        jsonPath = ".status.conditions[?(@.type==\"Active\")].status",
        getDescription = "Whether traffic follows it")
@AdditionalPrinterColumn(
        name = "Reason",
        jsonPath = ".status.conditions[?(@.type==\"Active\")].reason",
        getDescription = "Why, in one word")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class BackendPoolOverride extends CustomResource<BackendPoolOverrideSpec, BackendPoolOverrideStatus>
        implements Namespaced {
    private static final long serialVersionUID = 1L;

    /** Where the CRD is found on the class path, as YAML. */
    public static final String CRD_RESOURCE = "io/backendpool/api/v1alpha1/backendpooloverrides.backendpool.io-v1.yaml";
}
