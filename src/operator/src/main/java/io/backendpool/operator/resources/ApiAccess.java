package io.backendpool.operator.resources;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Every call that the operator makes of the API server, and so every right that it needs: deploy/manifests grants these
 * and no other, and the tests that run against an API server record what is called. A new call gets its row here first.
 */
public enum ApiAccess {
    POOLS("backendpool.io", "backendpools", Where.POOLS, "get", "list", "watch"),
    STATUS("backendpool.io", "backendpools/status", Where.POOLS, "patch"),
    /** Not called: what an owner reference that blocks deletion asks for, where that is checked. */
    FINALIZERS("backendpool.io", "backendpools/finalizers", Where.POOLS, "update"),
    OVERRIDES("backendpool.io", "backendpooloverrides", Where.POOLS, "list", "watch"),
    OVERRIDE_STATUS("backendpool.io", "backendpooloverrides/status", Where.POOLS, "patch"),
    ENDPOINTS("discovery.k8s.io", "endpointslices", Where.POOLS, "list", "watch"),
    /** Those that pools refer to, and those in front of proxies. */
    SERVICES("", "services", Where.POOLS, "get", "list", "watch", "create", "patch"),
    SERVICE_ACCOUNTS("", "serviceaccounts", Where.POOLS, "get", "list", "watch", "create", "patch"),
    /** Those that pools own, and single ones that pools refer to, by name. */
    SECRETS("", "secrets", Where.POOLS, "get", "list", "watch", "create", "patch"),
    DEPLOYMENTS("apps", "deployments", Where.POOLS, "get", "list", "watch", "create", "patch"),
    POD_DISRUPTION_BUDGETS("policy", "poddisruptionbudgets", Where.POOLS, "get", "list", "watch", "create", "patch"),
    NETWORK_POLICIES("networking.k8s.io", "networkpolicies", Where.POOLS, "get", "list", "watch", "create", "patch"),
    EVENTS("", "events", Where.POOLS, "get", "create", "patch"),
    CERTIFICATES("", "secrets", Where.OPERATOR, "get", "create", "update"),
    LEASE("coordination.k8s.io", "leases", Where.OPERATOR, "get", "create", "patch"),
    TOKENS("authentication.k8s.io", "tokenreviews", Where.CLUSTER, "create");

    /** In which namespaces. */
    public enum Where {
        /** Those of the pools: all, or the chosen ones. */
        POOLS,
        /** The operator's own. */
        OPERATOR,
        /** In none. */
        CLUSTER
    }

    private final String group;
    private final String resource;
    private final Where where;

    @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
    private final List<String> verbs;

    ApiAccess(String group, String resource, Where where, String... verbs) {
        this.group = group;
        this.resource = resource;
        this.where = where;
        this.verbs = List.of(verbs);
    }

    /** The rights of {@code where}, each as {@code verb resource.group}: {@code patch deployments.apps}. */
    public static Set<String> rights(Where where) {
        Set<String> rights = new TreeSet<>();
        Arrays.stream(values())
                .filter(access -> access.where == where)
                .forEach(
                        access -> access.verbs.forEach(verb -> rights.add(right(verb, access.group, access.resource))));
        return rights;
    }

    /** One right, as {@link #rights} names it. */
    public static String right(String verb, String group, String resource) {
        return verb + " " + (group.isEmpty() ? resource : resource + "." + group);
    }
}
