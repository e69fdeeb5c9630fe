package io.backendpool.pool.pick;

import io.backendpool.pool.BackendKey;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * XXH64 (Y. Collet, github.com/Cyan4973/xxHash, doc/xxhash_spec.md): fast, well mixed in all 64 bits, and the same on every
 * machine, so that all proxies of a pool send a key to the same backend. Not for secrets: who knows it can find keys that
 * collide. It is part of what stays the same over versions of the proxy; to change it moves all sessions that are hashed.
 *
 * <p>Thread: any.
 */
public final class Hashing {
    private static final long PRIME_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME_3 = 0x165667B19E3779F9L;
    private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME_5 = 0x27D4EB2F165667C5L;
    private static final int STRIPE = 32;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Hashing() {}

    /** XXH64 with seed 0. */
    public static long hash(byte[] bytes) {
        return hash(bytes, 0, bytes.length, 0);
    }

    /** XXH64 with seed 0 of the text in UTF-8. Allocates. */
    public static long hash(String text) {
        return hash(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * XXH64 of {@code length} bytes from {@code offset} on.
     *
     * @throws IndexOutOfBoundsException where the bytes end before that
     */
    public static long hash(byte[] bytes, int offset, int length, long seed) {
        int at = offset;
        int end = offset + length;
        long hash;
        if (length >= STRIPE) {
            long lane1 = seed + PRIME_1 + PRIME_2;
            long lane2 = seed + PRIME_2;
            long lane3 = seed;
            long lane4 = seed - PRIME_1;
            for (; at <= end - STRIPE; at += STRIPE) {
                lane1 = round(lane1, (long) LONGS.get(bytes, at));
                lane2 = round(lane2, (long) LONGS.get(bytes, at + 8));
                lane3 = round(lane3, (long) LONGS.get(bytes, at + 16));
                lane4 = round(lane4, (long) LONGS.get(bytes, at + 24));
            }
            hash = Long.rotateLeft(lane1, 1)
                    + Long.rotateLeft(lane2, 7)
                    + Long.rotateLeft(lane3, 12)
                    + Long.rotateLeft(lane4, 18);
            hash = merge(hash, lane1);
            hash = merge(hash, lane2);
            hash = merge(hash, lane3);
            hash = merge(hash, lane4);
        } else {
            hash = seed + PRIME_5;
        }
        hash += length;
        for (; at <= end - 8; at += 8) {
            hash = eight(hash, (long) LONGS.get(bytes, at));
        }
        if (at <= end - 4) {
            hash = Long.rotateLeft(hash ^ Integer.toUnsignedLong((int) INTS.get(bytes, at)) * PRIME_1, 23) * PRIME_2
                    + PRIME_3;
            at += 4;
        }
        for (; at < end; at++) {
            hash = Long.rotateLeft(hash ^ (bytes[at] & 0xFF) * PRIME_5, 11) * PRIME_1;
        }
        return avalanche(hash);
    }

    /** XXH64 of the eight bytes of {@code value}, the lowest first. */
    public static long hash(long value, long seed) {
        return avalanche(eight(seed + PRIME_5 + 8, value));
    }

    /**
     * XXH64 of an address as far as the prefix says, so that the clients of one network have one hash.
     *
     * @param address 4 or 16 bytes, in network order
     * @param prefix the leading bits that count, 0 to 32 or 128
     */
    public static long hash(byte[] address, int prefix) {
        long upper = 0;
        long lower = 0;
        for (int i = 0; i < address.length; i++) {
            int kept = Math.clamp(prefix - 8L * i, 0, 8);
            long part = address[i] & (0xFF00 >> kept) & 0xFF;
            if (i < 8) {
                upper |= part << (8 * i);
            } else {
                lower |= part << (8 * i);
            }
        }
        return hash(lower, hash(upper, address.length));
    }

    /** The same with one prefix for IPv4 and another for IPv6. */
    public static long hash(byte[] address, int prefixV4, int prefixV6) {
        return hash(address, address.length == 4 ? prefixV4 : prefixV6);
    }

    /** Of a backend's identity: group, host and port. */
    static long hash(BackendKey key) {
        return hash(key.toString());
    }

    private static long round(long lane, long input) {
        return Long.rotateLeft(lane + input * PRIME_2, 31) * PRIME_1;
    }

    private static long merge(long hash, long lane) {
        return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
    }

    private static long eight(long hash, long input) {
        return Long.rotateLeft(hash ^ round(0, input), 27) * PRIME_1 + PRIME_4;
    }

    private static long avalanche(long hash) {
        long mixed = (hash ^ hash >>> 33) * PRIME_2;
        mixed = (mixed ^ mixed >>> 29) * PRIME_3;
        return mixed ^ mixed >>> 32;
    }
}
