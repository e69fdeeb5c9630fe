package io.backendpool.pool;

import java.util.Base64;
import java.util.List;

/**
 * The keys that cookies of sessions are signed with. All proxies of a pool have the same. Holds secrets: it is never logged,
 * and what stores it is readable by its owner only.
 *
 * @param keys at most 4, unique by id; the first signs, all verify
 */
public record SessionKeys(List<SessionKey> keys) {
    public static final int MAX_KEYS = 4;
    public static final SessionKeys NONE = new SessionKeys(List.of());

    /**
     * One of them.
     *
     * @param id 1 to 16 letters and digits; travels with what it signed
     * @param secret 32 to 64 bytes in base64 (RFC 4648, 4)
     */
    public record SessionKey(String id, String secret) {
        public SessionKey {
            if (id.isEmpty() || id.length() > 16 || !id.chars().allMatch(SessionKeys::isIdCharacter)) {
                throw new IllegalArgumentException(
                        "sessionKeys[].id: " + id + " (expected: 1 to 16 lower case letters and digits)");
            }
            int length;
            try {
                length = Base64.getDecoder().decode(secret).length;
            } catch (IllegalArgumentException notBase64) {
                // Without the cause: its message shows a part of the secret.
                length = -1;
            }
            if (length < 32 || length > 64) {
                throw new IllegalArgumentException(
                        "sessionKeys[" + id + "].secret: (hidden) (expected: 32 to 64 bytes in base64)");
            }
        }

        /** The key itself; a copy. */
        public byte[] bytes() {
            return Base64.getDecoder().decode(secret);
        }

        /** Without the secret. */
        @Override
        public String toString() {
            return "SessionKey[id=" + id + "]";
        }
    }

    public SessionKeys {
        keys = List.copyOf(keys);
        Require.inRange("sessionKeys", keys.size(), 0, MAX_KEYS);
        Require.unique("sessionKeys[].id", keys, SessionKey::id);
    }

    private static boolean isIdCharacter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }
}
