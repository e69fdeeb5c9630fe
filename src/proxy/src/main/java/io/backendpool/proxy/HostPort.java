package io.backendpool.proxy;

/**
 * A place to dial or to bind.
 *
 * @param host a name or an IP literal, IPv6 without brackets
 * @param port 0 to 65,535; what 0 means is the user's affair
 */
record HostPort(String host, int port) {
    /** Parses {@code host:port}, IPv6 in brackets; {@code option} names the culprit in the message. */
    static HostPort parse(String option, String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0 || colon == text.length() - 1) {
            throw wrong(option, text);
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]") && host.length() > 2;
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0 || host.indexOf('[') >= 0) {
            throw wrong(option, text);
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port < 0 || port > 65_535) {
                throw wrong(option, text);
            }
            return new HostPort(host, port);
        } catch (NumberFormatException e) {
            throw wrong(option, text);
        }
    }

    private static InvalidConfigException wrong(String option, String text) {
        return new InvalidConfigException(
                option + ": " + text + " (expected: HOST:PORT, IPv6 in brackets, port 0 to 65535)");
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
