package io.backendpool.pool;

/**
 * The name of a pool, unique in one operator.
 *
 * @param namespace the Kubernetes namespace; standalone manifests without one are in {@code default}
 * @param name the name of the {@code BackendPool} resource
 */
public record PoolId(String namespace, String name) implements Comparable<PoolId> {
    public PoolId {
        Require.notEmpty("namespace", namespace);
        Require.notEmpty("name", name);
        if (namespace.indexOf('/') >= 0 || name.indexOf('/') >= 0) {
            throw new IllegalArgumentException("pool: " + namespace + "/" + name + " (expected: names without '/')");
        }
    }

    /** Parses what {@link #toString} prints. */
    public static PoolId parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("pool: " + text + " (expected: NAMESPACE/NAME)");
        }
        return new PoolId(text.substring(0, slash), text.substring(slash + 1));
    }

    @Override
    public int compareTo(PoolId other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    /** {@code namespace/name}, as logs and messages show it. */
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
