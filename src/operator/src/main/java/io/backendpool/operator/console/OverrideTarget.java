package io.backendpool.operator.console;

import io.backendpool.api.v1alpha1.BackendGroup;
import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.api.v1alpha1.BackendState;
import io.backendpool.operator.translate.BackendAddress;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an override is about.
 *
 * @param group its name
 * @param address {@code host:port} of one backend of it, as the status shows it; null: the whole group
 */
public record OverrideTarget(String group, @Nullable String address) {
    /** The status lists so many; of a larger pool a backend may be there that it does not show. */
    private static final int MOST_LISTED = 100;

    /**
     * Finds {@code text} in {@code pool}: a group, {@code GROUP/ADDRESS}, an address, or the pod or DNS name that an
     * address came from.
     *
     * @throws IOException it names none, or several; the message is for people
     */
    public static OverrideTarget find(BackendPool pool, String text) throws IOException {
        List<String> groups = groups(pool);
        if (groups.contains(text)) {
            return new OverrideTarget(text, null);
        }
        List<BackendState> backends = backends(pool);
        List<OverrideTarget> found = backends.stream()
                .filter(backend -> isNamed(backend, text))
                .map(backend -> new OverrideTarget(
                        Objects.requireNonNull(backend.group), Objects.requireNonNull(backend.address)))
                .distinct()
                .toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        if (found.size() > 1) {
            throw new IOException("%s: several backends of pool %s (expected: one of %s)"
                    .formatted(text, PoolAccess.title(pool), found));
        }
        OverrideTarget unlisted = backends.size() < MOST_LISTED ? null : unlisted(groups, text);
        if (unlisted != null) {
            return unlisted;
        }
        throw new IOException("%s: no group and no backend of pool %s (expected: one of %s)"
                .formatted(
                        text,
                        PoolAccess.title(pool),
                        Stream.concat(
                                        groups.stream(),
                                        backends.stream()
                                                .limit(5)
                                                .map(backend -> backend.group + "/" + backend.address))
                                .toList()));
    }

    private static boolean isNamed(BackendState backend, String text) {
        return backend.group != null
                && backend.address != null
                && (text.equals(backend.address)
                        || text.equals(backend.group + "/" + backend.address)
                        || text.equals(backend.origin));
    }

    private static @Nullable OverrideTarget unlisted(List<String> groups, String text) throws IOException {
        int slash = text.indexOf('/');
        if (slash < 0 || !groups.contains(text.substring(0, slash))) {
            return null;
        }
        String address = text.substring(slash + 1);
        try {
            BackendAddress.parse("backend", address);
        } catch (IllegalArgumentException noAddress) {
            throw new IOException(noAddress.getMessage(), noAddress);
        }
        return new OverrideTarget(text.substring(0, slash), address);
    }

    private static List<String> groups(BackendPool pool) {
        List<BackendGroup> groups = pool.getSpec() == null ? null : pool.getSpec().backends;
        return groups == null
                ? List.of()
                : groups.stream()
                        .map(group -> group.name)
                        .filter(Objects::nonNull)
                        .toList();
    }

    private static List<BackendState> backends(BackendPool pool) {
        BackendPoolStatus status = pool.getStatus();
        return status == null || status.backends == null ? List.of() : status.backends;
    }

    /** {@code group} or {@code group/host:port}. */
    @Override
    public String toString() {
        return address == null ? group : group + "/" + address;
    }
}
