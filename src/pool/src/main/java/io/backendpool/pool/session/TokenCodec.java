package io.backendpool.pool.session;

import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.SessionKeys.SessionKey;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs session tokens and checks them (HMAC-SHA-256, RFC 2104, cut to 96 bits as RFC 2104, 5 allows). A token is text that
 * may stand in a cookie or a header field:
 *
 * <pre>
 *   id of the key "." base64url( seed 8 | backend 8 | signature 12 )
 * </pre>
 *
 * <p>What is signed beside: the pool, so that a token is of no use elsewhere, and what the token is bound to, such as the
 * application's own cookie.
 *
 * <p>Thread: one only.
 */
public final class TokenCodec {
    /** Of a token that is bound to nothing. */
    public static final long UNBOUND = 0;

    private static final String ALGORITHM = "HmacSHA256";
    private static final int SIGNED = 2 * Long.BYTES;
    private static final int SIGNATURE = 12;
    /** The length of the part after the dot. */
    private static final int ENCODED = 38;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private record Key(String id, Mac mac) {}

    private final byte[] pool;
    private final List<Key> keys = new ArrayList<>();

    /**
     * Checks with all of {@code keys}, and signs with the first.
     *
     * @param pool its namespace and name
     */
    public TokenCodec(String pool, SessionKeys keys) {
        this.pool = pool.getBytes(StandardCharsets.UTF_8);
        for (SessionKey key : keys.keys()) {
            this.keys.add(new Key(key.id(), mac(key.bytes())));
        }
    }

    /** A MAC with {@code secret}. */
    static Mac mac(byte[] secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(ALGORITHM + " is in every JDK", e);
        }
    }

    /** Whether there is a key to sign with. */
    public boolean canSign() {
        return !keys.isEmpty();
    }

    /**
     * The token of a session.
     *
     * @param boundTo a hash of what the token goes with; {@link #UNBOUND}: nothing
     */
    public String sign(long seed, long backend, long boundTo) {
        Key key = keys.getFirst();
        byte[] bytes = new byte[SIGNED + SIGNATURE];
        LONGS.set(bytes, 0, seed);
        LONGS.set(bytes, Long.BYTES, backend);
        System.arraycopy(signature(key, bytes, boundTo), 0, bytes, SIGNED, SIGNATURE);
        return key.id + '.' + ENCODER.encodeToString(bytes);
    }

    /** What {@code text} says; null: it is no token, or not one of this pool's with these keys, or bound to something else. */
    public @Nullable SessionToken check(String text, long boundTo) {
        int dot = text.indexOf('.');
        if (dot < 1 || text.length() - dot - 1 != ENCODED) {
            return null;
        }
        for (int i = 0; i < keys.size(); i++) {
            Key key = keys.get(i);
            if (key.id.length() == dot && text.startsWith(key.id)) {
                return check(key, text.substring(dot + 1), boundTo, i == 0);
            }
        }
        return null;
    }

    private @Nullable SessionToken check(Key key, String encoded, long boundTo, boolean first) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(encoded);
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
        // The last character has bits to spare: there is one spelling of a token.
        if (!ENCODER.encodeToString(bytes).equals(encoded)) {
            return null;
        }
        byte[] found = Arrays.copyOfRange(bytes, SIGNED, SIGNED + SIGNATURE);
        byte[] expected = Arrays.copyOf(signature(key, bytes, boundTo), SIGNATURE);
        if (!MessageDigest.isEqual(found, expected)) {
            return null;
        }
        return new SessionToken(firstLong(bytes), (long) LONGS.get(bytes, Long.BYTES), first);
    }

    /** The first eight of {@code bytes}, the highest first. */
    static long firstLong(byte[] bytes) {
        return (long) LONGS.get(bytes, 0);
    }

    private byte[] signature(Key key, byte[] bytes, long boundTo) {
        key.mac.update(pool);
        byte[] bound = new byte[Long.BYTES];
        LONGS.set(bound, 0, boundTo);
        key.mac.update(bound);
        key.mac.update(bytes, 0, SIGNED);
        return key.mac.doFinal();
    }
}
