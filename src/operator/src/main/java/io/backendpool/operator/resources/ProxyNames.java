package io.backendpool.operator.resources;

import io.backendpool.api.v1alpha1.BackendPool;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a pool's objects are called: {@code <pool>-backendpool}, so that a pool can have the name of the user's own
 * Service. The name of a Service is a DNS label of at most 63 characters. The CRD allows a pool's name 50, which leaves
 * room for the suffix; a longer one (from a CRD of another version) is cut and given a hash, so that two of them differ.
 */
public final class ProxyNames {
    static final String SUFFIX = "-backendpool";
    static final int LONGEST_POOL_NAME = 50;
    private static final int HASH_CHARACTERS = 8;

    private ProxyNames() {}

    /** The Deployment, Service, ServiceAccount, PodDisruptionBudget and NetworkPolicy of pool {@code pool}. */
    public static String of(String pool) {
        return shortened(pool) + SUFFIX;
    }

    /** The Secret that the proxies of pool {@code pool} start from. */
    public static String bootstrapOf(String pool) {
        return of(pool) + "-bootstrap";
    }

    static String of(BackendPool pool) {
        return of(pool.getMetadata().getName());
    }

    static String bootstrapOf(BackendPool pool) {
        return bootstrapOf(pool.getMetadata().getName());
    }

    /** The pool's name where a label holds it. */
    static String shortened(String pool) {
        if (pool.length() <= LONGEST_POOL_NAME) {
            return pool;
        }
        return pool.substring(0, LONGEST_POOL_NAME - HASH_CHARACTERS - 1).replace('.', '-') + "-" + hash(pool);
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_CHARACTERS);
        } catch (NoSuchAlgorithmException impossible) {
            // Every Java platform has it, see MessageDigest.
            throw new IllegalStateException(impossible);
        }
    }
}
