package io.backendpool.operator.cli;

import io.backendpool.operator.console.ClusterAccess;
import io.backendpool.operator.console.FileAccess;
import io.backendpool.operator.console.PoolAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options by which commands find the pools that run: of a cluster, or of a standalone operator. */
final class PoolArguments {
    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            description = "The namespace of the pool. Default: that of the kubeconfig's context; standalone: any.")
    @Nullable
    String namespace;

    @ArgGroup(exclusive = true)
    private @Nullable Where where;

    /** One of these. */
    static final class Where {
        @Option(
                names = "--kubeconfig",
                paramLabel = "FILE",
                description = "The cluster. Default: as kubectl finds it, KUBECONFIG or ~/.kube/config.")
        private @Nullable Path kubeconfig;

        @Option(
                names = {"-f", "--filename"},
                arity = "1..*",
                paramLabel = "FILE|DIR",
                description = "The manifests of a standalone operator, as `run` was given them, in place of a cluster.")
        private List<Path> manifests = List.of();

        @Option(
                names = "--state-dir",
                paramLabel = "DIR",
                description = "The same, by the directory that `run` was given with --state-dir.")
        private @Nullable Path stateDirectory;
    }

    /** Opens what was named. {@code allNamespaces} counts for a cluster; files have all anyway. */
    PoolAccess open(boolean allNamespaces) throws IOException {
        Where named = where;
        String chosen = allNamespaces ? null : namespace;
        if (named == null) {
            return ClusterAccess.open(null, chosen, allNamespaces);
        }
        if (named.stateDirectory != null) {
            return FileAccess.ofStateDirectory(named.stateDirectory, chosen);
        }
        return named.manifests.isEmpty()
                ? ClusterAccess.open(named.kubeconfig, chosen, allNamespaces)
                : FileAccess.of(named.manifests, chosen);
    }
}
