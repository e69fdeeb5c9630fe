package io.backendpool.control;

/**
 * One published state of a pool.
 *
 * @param number monotonic per pool, 1 or more
 * @param digest {@code sha256:} and 64 hex digits over the whole pool, see {@link SnapshotDigest}
 */
public record Revision(long number, String digest) {
    public Revision {
        if (number < 1) {
            throw new IllegalArgumentException("revision.number: " + number + " (expected: 1 or more)");
        }
        if (!digest.startsWith("sha256:")) {
            throw new IllegalArgumentException("revision.digest: " + digest + " (expected: sha256:HEX)");
        }
    }

    /** The number and the first digits of the digest, as logs and tables show it: {@code 12 (3fa9c1d2)}. */
    @Override
    public String toString() {
        int end = Math.min(digest.length(), "sha256:".length() + 8);
        return number + " (" + digest.substring("sha256:".length(), end) + ")";
    }
}
