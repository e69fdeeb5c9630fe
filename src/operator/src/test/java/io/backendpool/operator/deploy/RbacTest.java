package io.backendpool.operator.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.operator.resources.ApiAccess;
import io.backendpool.operator.resources.ApiAccess.Where;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleRef;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The manifests grant what {@link ApiAccess} says that the code calls: nothing is missing, nothing is too much. */
class RbacTest {
    private static final List<HasMetadata> BASE = Manifests.documents("deploy/manifests/base/rbac.yaml");
    private static final List<HasMetadata> CLUSTER = Manifests.documents("deploy/manifests/cluster/clusterrole.yaml");
    private static final List<HasMetadata> NAMESPACED = Manifests.documents("deploy/manifests/namespaced/role.yaml");

    @Test
    void clusterRole_isWhatPoolsNeed() {
        assertThat(rights(only(CLUSTER, ClusterRole.class).getRules())).isEqualTo(ApiAccess.rights(Where.POOLS));
    }

    @Test
    void namespacedRole_isWhatPoolsNeed() {
        assertThat(rights(only(NAMESPACED, Role.class).getRules())).isEqualTo(ApiAccess.rights(Where.POOLS));
    }

    @Test
    void ownNamespacesRole_isWhatTheOperatorItselfNeeds() {
        assertThat(rights(only(BASE, Role.class).getRules())).isEqualTo(ApiAccess.rights(Where.OPERATOR));
    }

    @Test
    void baseClusterRole_isWhatHasNoNamespace() {
        assertThat(rights(only(BASE, ClusterRole.class).getRules())).isEqualTo(ApiAccess.rights(Where.CLUSTER));
    }

    @Test
    void ownNamespacesRole_opensNoOtherObjectsThanItsOwn() {
        for (PolicyRule rule : only(BASE, Role.class).getRules()) {
            if (!rule.getVerbs().equals(List.of("create"))) {
                assertThat(rule.getResourceNames())
                        .as("%s", rule.getResources())
                        .hasSize(1);
            }
        }
    }

    @Test
    void rules_haveNoWildcard_andCannotEscalate() {
        for (PolicyRule rule : allRules()) {
            assertThat(Stream.of(rule.getApiGroups(), rule.getResources(), rule.getVerbs())
                            .flatMap(List::stream))
                    .noneMatch(word -> word.contains("*"))
                    .doesNotContain("escalate", "bind", "impersonate", "delete", "deletecollection", "pods/exec");
        }
    }

    @Test
    void bindings_giveEachRoleToTheOperatorAlone() {
        for (List<HasMetadata> file : List.of(BASE, CLUSTER, NAMESPACED)) {
            List<String> bound = new ArrayList<>();
            for (HasMetadata document : file) {
                if (document instanceof RoleBinding binding) {
                    bound.add(bound(binding.getRoleRef(), binding.getSubjects()));
                } else if (document instanceof ClusterRoleBinding binding) {
                    bound.add(bound(binding.getRoleRef(), binding.getSubjects()));
                }
            }
            assertThat(bound)
                    .containsExactlyInAnyOrderElementsOf(file.stream()
                            .filter(document -> document instanceof Role || document instanceof ClusterRole)
                            .map(role ->
                                    role.getKind() + "/" + role.getMetadata().getName())
                            .toList());
        }
    }

    private static String bound(RoleRef role, List<Subject> subjects) {
        assertThat(subjects).singleElement().satisfies(subject -> {
            assertThat(subject.getKind()).isEqualTo("ServiceAccount");
            assertThat(subject.getName()).isEqualTo("backendpool-operator");
            assertThat(subject.getNamespace()).isEqualTo("backendpool-system");
        });
        return role.getKind() + "/" + role.getName();
    }

    private static List<PolicyRule> allRules() {
        List<PolicyRule> rules = new ArrayList<>();
        for (List<HasMetadata> file : List.of(BASE, CLUSTER, NAMESPACED)) {
            for (HasMetadata document : file) {
                if (document instanceof Role role) {
                    rules.addAll(role.getRules());
                } else if (document instanceof ClusterRole role) {
                    rules.addAll(role.getRules());
                }
            }
        }
        return rules;
    }

    private static Set<String> rights(List<PolicyRule> rules) {
        Set<String> rights = new TreeSet<>();
        for (PolicyRule rule : rules) {
            for (String group : rule.getApiGroups()) {
                for (String resource : rule.getResources()) {
                    rule.getVerbs().forEach(verb -> rights.add(ApiAccess.right(verb, group, resource)));
                }
            }
        }
        return rights;
    }

    private static <T> T only(List<HasMetadata> documents, Class<T> type) {
        List<T> found =
                documents.stream().filter(type::isInstance).map(type::cast).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }
}
