package io.backendpool.operator.translate;

import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code addresses}: an IP address or a DNS name, and a port.
 *
 * @param host an IPv4 literal, an IPv6 literal without brackets, or a DNS name in lower case
 * @param port 1 to 65,535
 * @param isName whether {@code host} is a DNS name, to be resolved
 */
public record BackendAddress(String host, int port, boolean isName) {
    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([^\\[\\]:]+)):([0-9]{1,5})");
    private static final Pattern IPV4 =
            Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");
    private static final Pattern NAME = Pattern.compile(
            "(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\\.?");
    private static final Pattern ONLY_DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");

    /**
     * Parses {@code 203.0.113.7:80}, {@code [2001:db8::7]:80} or {@code web.example.com:80}.
     *
     * @param field its path, for the message
     * @throws IllegalArgumentException where it is none of these; the message is for people
     */
    public static BackendAddress parse(String field, String text) {
        Matcher form = FORM.matcher(text);
        if (form.matches()) {
            int port = Integer.parseInt(form.group(3));
            String bracketed = form.group(1);
            String bare = form.group(2);
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("%s: %s (expected: a port of 1 to 65,535)".formatted(field, text));
            }
            String ipv6 = bracketed == null ? null : canonicalIpv6(bracketed);
            if (ipv6 != null) {
                return new BackendAddress(ipv6, port, false);
            }
            if (bare != null && IPV4.matcher(bare).matches()) {
                return new BackendAddress(bare, port, false);
            }
            if (bare != null
                    && NAME.matcher(bare).matches()
                    && !ONLY_DIGITS_AND_DOTS.matcher(bare).matches()) {
                return new BackendAddress(bare.toLowerCase(Locale.ROOT), port, true);
            }
        }
        throw new IllegalArgumentException(
                "%s: %s (expected: IPV4:PORT, [IPV6]:PORT or NAME:PORT)".formatted(field, text));
    }

    /** One spelling for one address, so that two spellings are one backend. Null: no IPv6 address. */
    private static @Nullable String canonicalIpv6(String text) {
        if (text.indexOf(':') < 0) {
            return null;
        }
        try {
            InetAddress address = InetAddress.ofLiteral(text);
            return address.getHostAddress();
        } catch (IllegalArgumentException noLiteral) {
            return null;
        }
    }
}
