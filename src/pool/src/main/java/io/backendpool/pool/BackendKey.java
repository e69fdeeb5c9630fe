package io.backendpool.pool;

/**
 * What makes a backend the same one over all revisions of a pool. Health, counters and connections are kept under it.
 *
 * @param group the name of its {@link BackendGroup}
 * @param host an IPv4 or IPv6 literal, without brackets
 * @param port 1 to 65,535
 */
public record BackendKey(String group, String host, int port) implements Comparable<BackendKey> {
    public BackendKey {
        Require.notEmpty("backend.group", group);
        Require.notEmpty("backend.host", host);
        Require.inRange("backend " + host + " port", port, 1, 65_535);
    }

    /** {@code host:port}, IPv6 in brackets (RFC 3986, 3.2.2). */
    public String address() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }

    @Override
    public int compareTo(BackendKey other) {
        int byGroup = group.compareTo(other.group);
        if (byGroup != 0) {
            return byGroup;
        }
        int byHost = host.compareTo(other.host);
        return byHost != 0 ? byHost : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
        return group + "/" + address();
    }
}
