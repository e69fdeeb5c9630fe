package io.backendpool.operator.deploy;

import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;

/**
 * A ServiceAccount with the rights of the manifests' Roles, or fewer, in a namespace of its own.
 *
 * @param namespace its own
 */
record LimitedOperator(KubernetesClient admin, String namespace) {
    private static final String NAME = "operator";

    /** With all that the operator may do in its own namespace, and the right to ask whose a token is. */
    static LimitedOperator in(KubernetesClient admin) {
        return in(admin, rulesOf("deploy/manifests/base/rbac.yaml"), true);
    }

    /** With {@code own} rights in its own namespace. */
    static LimitedOperator in(KubernetesClient admin, List<PolicyRule> own, boolean tokens) {
        String namespace = Installation.newNamespace(admin);
        admin.resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(NAME)
                        .endMetadata()
                        .build())
                .create();
        LimitedOperator operator = new LimitedOperator(admin, namespace);
        operator.mayInPools(admin, namespace, own);
        if (tokens) {
            admin.resource(new ClusterRoleBindingBuilder()
                            .withNewMetadata()
                            .withName("token-review-" + namespace)
                            .endMetadata()
                            .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "backendpool-token-review")
                            .addNewSubject(null, "ServiceAccount", NAME, namespace)
                            .build())
                    .create();
        }
        return operator;
    }

    /** Gives it {@code rules} in {@code where}. */
    void mayInPools(KubernetesClient client, String where, List<PolicyRule> rules) {
        client.resource(new RoleBuilder()
                        .withNewMetadata()
                        .withNamespace(where)
                        .withName(NAME)
                        .endMetadata()
                        .withRules(rules)
                        .build())
                .create();
        client.resource(new RoleBindingBuilder()
                        .withNewMetadata()
                        .withNamespace(where)
                        .withName(NAME)
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "Role", NAME)
                        .addNewSubject(null, "ServiceAccount", NAME, namespace)
                        .build())
                .create();
    }

    /** How it reaches the API server. */
    Config config(Config server) {
        return Installation.as(server, admin, namespace, NAME);
    }

    /** The rules of the one Role in a file of the manifests. */
    static List<PolicyRule> rulesOf(String file) {
        return Manifests.documents(file).stream()
                .filter(Role.class::isInstance)
                .map(Role.class::cast)
                .findFirst()
                .orElseThrow()
                .getRules();
    }
}
