package io.backendpool.operator.console;

import io.backendpool.api.v1alpha1.BackendPool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Where pools and their overrides are. Every failure is an {@link IOException} whose message is for people. */
public interface PoolAccess extends AutoCloseable {
    /**
     * What there is.
     *
     * @param pools with their status, by namespace and name
     * @param problems manifests that are wrong, whose pools go on as they were before (of a cluster there are none, for its
     *     API server takes nothing that is wrong), and overrides that traffic does not follow
     */
    record Seen(List<BackendPool> pools, List<Trouble> problems) {
        public Seen {
            pools = List.copyOf(pools);
            problems = List.copyOf(problems);
        }

        /** The one pool of that name, and the problems but those of the other pools. */
        public Seen only(String name) throws IOException {
            BackendPool one = pool(name);
            List<String> others =
                    new ArrayList<>(pools.stream().map(PoolAccess::title).toList());
            others.remove(title(one));
            return new Seen(
                    List.of(one),
                    problems.stream()
                            .filter(problem -> !others.contains(problem.pool()))
                            .toList());
        }

        /**
         * The one pool of that name.
         *
         * @param name empty: there is only one, and that is it
         */
        public BackendPool pool(String name) throws IOException {
            List<BackendPool> found = pools.stream()
                    .filter(pool -> name.isEmpty()
                            || pool.getMetadata().getName().equals(name)
                            || title(pool).equals(name))
                    .toList();
            if (found.size() == 1) {
                return found.getFirst();
            }
            List<String> names = pools.stream().map(PoolAccess::title).toList();
            if (pools.isEmpty()) {
                throw new IOException(
                        name.isEmpty() ? "there is no pool here" : "pool %s: there is no pool here".formatted(name));
            }
            if (name.isEmpty()) {
                throw new IOException("pool: none named (expected: --pool with one of %s)".formatted(names));
            }
            throw new IOException(
                    found.isEmpty()
                            ? "pool %s: unknown (expected: one of %s)".formatted(name, names)
                            : "pool %s: in several namespaces (expected: one of %s)"
                                    .formatted(
                                            name,
                                            found.stream()
                                                    .map(PoolAccess::title)
                                                    .toList()));
        }
    }

    /**
     * Something that is not as somebody wants it.
     *
     * @param pool {@link #title} of the one pool that it is about; empty: of a file, or nobody can say
     * @param sentence for people
     */
    record Trouble(String pool, String sentence) {
        @Override
        public String toString() {
            return sentence;
        }
    }

    /** All pools that were asked for, and what is wrong with what was asked for. */
    Seen look() throws IOException;

    /** Makes {@code override}, in place of one of the same pool and target that this command made before. */
    void apply(OverrideRequest override) throws IOException;

    /**
     * Takes back every override of {@code target} in {@code pool}, whoever made it.
     *
     * @return the names of those that were there
     */
    List<String> remove(BackendPool pool, OverrideTarget target) throws IOException;

    @Override
    void close();

    /** See {@link Seen#pool}. */
    default BackendPool pool(String name) throws IOException {
        return look().pool(name);
    }

    /** {@code namespace/name}. */
    static String title(BackendPool pool) {
        return pool.getMetadata().getNamespace() + "/" + pool.getMetadata().getName();
    }
}
