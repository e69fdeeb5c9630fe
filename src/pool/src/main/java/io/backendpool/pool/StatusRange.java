package io.backendpool.pool;

/**
 * A range of HTTP status codes, both ends included.
 *
 * @param first 100 to 599
 * @param last {@code first} to 599
 */
public record StatusRange(int first, int last) {
    public StatusRange {
        Require.inRange("expectedStatuses[].first", first, 100, 599);
        Require.inRange("expectedStatuses[].last", last, first, 599);
    }

    public boolean contains(int status) {
        return status >= first && status <= last;
    }

    @Override
    public String toString() {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }
}
