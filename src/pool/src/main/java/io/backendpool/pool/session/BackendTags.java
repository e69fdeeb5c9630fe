package io.backendpool.pool.session;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.SessionKeys.SessionKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;

/**
 * What stands for backends in tokens: 64 bits of a MAC of each backend's identity, so that a client learns neither an
 * address nor how many backends there are. The tags are those of each key, since a token made with an older key has the older
 * tag. Remembers what it has computed. Thread: one only.
 */
public final class BackendTags {
    private SessionKeys keys = SessionKeys.NONE;
    private List<Mac> macs = List.of();
    private Map<BackendKey, long[]> known = new HashMap<>();

    /** The tags of {@code backends}, in that order, one for each key in the keys' order; forgets all others. */
    List<long[]> of(SessionKeys newest, List<BackendKey> backends) {
        if (!newest.equals(keys)) {
            keys = newest;
            macs = newest.keys().stream()
                    .map(SessionKey::bytes)
                    .map(TokenCodec::mac)
                    .toList();
            known = new HashMap<>();
        }
        Map<BackendKey, long[]> next = HashMap.newHashMap(backends.size());
        List<long[]> tags = new ArrayList<>(backends.size());
        for (BackendKey backend : backends) {
            long[] of = known.get(backend);
            long[] tag = of == null ? compute(backend) : of;
            next.put(backend, tag);
            tags.add(tag);
        }
        known = next;
        return tags;
    }

    private long[] compute(BackendKey backend) {
        byte[] identity = backend.toString().getBytes(StandardCharsets.UTF_8);
        return macs.stream()
                .mapToLong(mac -> TokenCodec.firstLong(mac.doFinal(identity)))
                .toArray();
    }
}
