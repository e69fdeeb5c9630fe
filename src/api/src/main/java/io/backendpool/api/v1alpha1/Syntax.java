package io.backendpool.api.v1alpha1;

/** The regular expressions (RE2) of the CRD's {@code pattern}s, put together from parts that can be read. */
final class Syntax {
    /** RFC 1123 label: names of listeners and groups. */
    static final String LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

    /** RFC 1035 label: names of Services. */
    static final String SERVICE_NAME = "^[a-z]([-a-z0-9]*[a-z0-9])?$";

    /** RFC 6335, 5.1: names of ports; at least one letter, no two dashes side by side. */
    static final String PORT_NAME = "^([0-9]+-)*[0-9]*[a-z][a-z0-9]*(-[a-z0-9]+)*$";

    /** Gateway API, GEP-2257. */
    static final String DURATION = "^([0-9]{1,5}(h|m|s|ms)){1,4}$";

    /** One status code, or the first and the last of a range. */
    static final String STATUS_RANGE = "^[1-5][0-9][0-9](-[1-5][0-9][0-9])?$";

    /** Origin form without a fragment, RFC 9112, 3.2.1. No space or control character: it is written into a request. */
    static final String PATH = "^/[!\"$-~]*$";

    /** The value of a Kubernetes label. */
    static final String LABEL_VALUE = "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$";

    /** 1 to 65535. */
    private static final String PORT =
            "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";

    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final String IPV4 = "(" + OCTET + "\\.){3}" + OCTET;

    private static final String H16 = "[0-9a-fA-F]{1,4}";
    /** RFC 4291, 2.2, without zone and without embedded IPv4. */
    private static final String IPV6 = "((" + H16 + ":){7}" + H16
            + "|(" + H16 + ":){1,7}:"
            + "|(" + H16 + ":){1,6}:" + H16
            + "|(" + H16 + ":){1,5}(:" + H16 + "){1,2}"
            + "|(" + H16 + ":){1,4}(:" + H16 + "){1,3}"
            + "|(" + H16 + ":){1,3}(:" + H16 + "){1,4}"
            + "|(" + H16 + ":){1,2}(:" + H16 + "){1,5}"
            + "|" + H16 + ":(:" + H16 + "){1,6}"
            + "|:((:" + H16 + "){1,7}|:))";

    private static final String DNS_LABEL = "[a-zA-Z0-9_]([-a-zA-Z0-9_]{0,61}[a-zA-Z0-9_])?";
    /** The last label starts with a letter, so that a mistyped IPv4 address is not taken for a name. */
    private static final String DNS_NAME = "(" + DNS_LABEL + "\\.)*[a-zA-Z]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?\\.?";

    /** {@code host:port}, the host being an IPv4 address, an IPv6 address in brackets or a DNS name. */
    static final String ADDRESS = "^(" + IPV4 + "|\\[" + IPV6 + "\\]|" + DNS_NAME + "):" + PORT + "$";

    private static final String LOWER_CASE_NAME =
            "([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.)*[a-z]([-a-z0-9]{0,61}[a-z0-9])?";

    /** A server name of TLS, RFC 6066, 3. Lower case. */
    static final String SERVER_NAME = "^" + LOWER_CASE_NAME + "$";

    /** A server name, or with {@code *.} all names below one. */
    static final String SERVER_NAME_OR_WILDCARD = "^(\\*\\.)?" + LOWER_CASE_NAME + "$";

    /** The name of a Secret: RFC 1123 subdomain. */
    static final String SECRET_NAME = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    /** A token, RFC 9110, 5.6.2. */
    static final String TOKEN = "^[-!#$%&'*+.^_`|~0-9A-Za-z]+$";

    /** An address, or a range of them in CIDR notation. */
    static final String IP_RANGE =
            "^(" + IPV4 + "(/([0-9]|[12][0-9]|3[0-2]))?|" + IPV6 + "(/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))?)$";

    /** A Host field, RFC 9110, 7.2: a name or an address, with or without a port. */
    static final String HOST = "^([-a-zA-Z0-9._]+|\\[[0-9a-fA-F:.]+\\])(:" + PORT + ")?$";

    /** An IPv4 address, or an IPv6 address in brackets, and a port. */
    static final String LITERAL_ADDRESS = "^(" + IPV4 + "|\\[" + IPV6 + "\\]):" + PORT + "$";

    /** 0.1 to 10, with up to three digits behind the point. */
    static final String FACTOR = "^(0\\.[1-9][0-9]{0,2}|[1-9](\\.[0-9]{1,3})?|10(\\.0{1,3})?)$";

    /** A duration without a fraction of a second. */
    static final String WHOLE_SECONDS = "^([0-9]{1,5}(h|m|s)){1,3}$";

    /** RFC 6265, 4.1.1, path-value, in ASCII and without a comma. */
    static final String COOKIE_PATH = "^/[!-+\\--:<-~]*$";

    /** Bytes as text; see EscapedText in src/pool. */
    static final String ESCAPED = "^([^\\\\]|\\\\[rnt\\\\]|\\\\x[0-9a-fA-F]{2})+$";

    /** A service of gRPC: names of Protocol Buffers, dotted. */
    static final String GRPC_SERVICE = "^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*$";

    /** RFC 9110, 5.5: no control character but the tab. */
    static final String FIELD_VALUE = "^[^\\x00-\\x08\\x0a-\\x1f\\x7f]*$";

    /** RFC 3339. */
    static final String TIMESTAMP = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
            + "T([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$";

    private Syntax() {}
}
