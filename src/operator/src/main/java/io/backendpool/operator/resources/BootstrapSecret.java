package io.backendpool.operator.resources;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.control.LastKnownGood;
import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the proxies of a pool start from, mounted into their pods: where the operator is, whom to trust there, and the
 * pool to serve while it is away. It is a Secret because a pool holds its listeners' certificates, with their keys.
 */
public final class BootstrapSecret extends OwnedResource<Secret> {
    static final String CONTROL = "control";
    static final String CA_BUNDLE = "ca.crt";
    static final String LAST_KNOWN_GOOD = "last-known-good.gz";

    /** Says why the last known good pool is not in it. */
    static final String LEFT_OUT = "backendpool.io/last-known-good-left-out";

    /** Of which revision the last known good pool is. */
    static final String REVISION = "backendpool.io/revision";

    private final Function<BackendPool, ProxyBootstrap> bootstraps;

    /** {@code bootstraps} is asked at each reconciliation of a pool; it answers at once and from memory. */
    public BootstrapSecret(Function<BackendPool, ProxyBootstrap> bootstraps) {
        super(Secret.class);
        this.bootstraps = bootstraps;
    }

    @Override
    protected String objectName(BackendPool pool) {
        return ProxyNames.bootstrapOf(pool);
    }

    @Override
    public Secret desired(BackendPool pool, @Nullable Secret actual) {
        ProxyBootstrap bootstrap = bootstraps.apply(pool);
        ObjectMetaBuilder metadata = metadata(pool);
        Map<String, String> data = new LinkedHashMap<>();
        data.put(CONTROL, base64(bootstrap.control()));
        data.put(CA_BUNDLE, base64(bootstrap.caBundle()));
        switch (bootstrap.lastKnownGood()) {
            case LastKnownGoodCopy.Kept(long revision, String content) -> {
                data.put(LAST_KNOWN_GOOD, content);
                metadata.addToAnnotations(REVISION, Long.toString(revision));
            }
            case LastKnownGoodCopy.TooLarge tooLarge -> metadata.addToAnnotations(LEFT_OUT, tooLarge.reason());
            case LastKnownGoodCopy.NoRevision() -> keep(actual, data, metadata);
        }
        return new SecretBuilder()
                .withMetadata(metadata.build())
                .withType("Opaque")
                .withData(data)
                .build();
    }

    /** An operator that has just started has no revision yet; what its predecessor left is better than nothing. */
    private static void keep(@Nullable Secret actual, Map<String, String> data, ObjectMetaBuilder metadata) {
        if (actual == null || actual.getData() == null || !actual.getData().containsKey(LAST_KNOWN_GOOD)) {
            return;
        }
        data.put(LAST_KNOWN_GOOD, actual.getData().get(LAST_KNOWN_GOOD));
        String revision = actual.getMetadata().getAnnotations().get(REVISION);
        if (revision != null) {
            metadata.addToAnnotations(REVISION, revision);
        }
    }

    /** The last known good pool that {@code secret} holds, the bootstrap Secret of {@code pool}; null: there is none. */
    public static LastKnownGood.Read lastKnownGood(@Nullable Secret secret, PoolId pool) {
        String copy = secret == null || secret.getData() == null
                ? null
                : secret.getData().get(LAST_KNOWN_GOOD);
        if (copy == null) {
            return new LastKnownGood.Absent();
        }
        String source =
                "Secret %s/%s %s".formatted(pool.namespace(), ProxyNames.bootstrapOf(pool.name()), LAST_KNOWN_GOOD);
        try {
            return LastKnownGood.read(source, Base64.getDecoder().decode(copy), pool);
        } catch (IllegalArgumentException writtenByOthers) {
            return new LastKnownGood.Unusable(source + ": is no base64");
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
