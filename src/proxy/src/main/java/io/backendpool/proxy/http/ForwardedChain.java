package io.backendpool.proxy.http;

import io.backendpool.pool.HttpSettings;
import io.backendpool.pool.HttpSettings.Forwarding;
import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The way that a request says it took: each proxy has added the address that connected to it.
 *
 * <pre>
 *   X-Forwarded-For: 198.51.100.9, 203.0.113.7      from 10.0.0.1
 *                    a lie, perhaps ^ trustedHops: 1 ^ the trusted proxy
 * </pre>
 */
final class ForwardedChain {
    private ForwardedChain() {}

    /** The client's address as the trusted proxies tell it; null: they do not, and who has connected is the client. */
    static @Nullable String client(RequestHead head, HttpSettings settings) {
        if (settings.trustedHops() == 0) {
            return null;
        }
        boolean standard = settings.forwarding().contains(Forwarding.FORWARDED)
                && !settings.forwarding().contains(Forwarding.X_FORWARDED);
        List<String> hops = elements(values(head, standard ? FieldKind.FORWARDED : FieldKind.X_FORWARDED_FOR));
        int wanted = hops.size() - settings.trustedHops();
        if (wanted < 0) {
            return null;
        }
        String hop = hops.get(wanted);
        return address(standard ? parameterFor(hop) : hop);
    }

    private static String values(RequestHead head, FieldKind kind) {
        StringBuilder values = new StringBuilder();
        for (int i = 0; i < head.fields; i++) {
            if (head.kind[i] == kind) {
                values.append(values.isEmpty() ? "" : ",")
                        .append(new String(
                                head.bytes,
                                head.value[i],
                                head.valueEnd[i] - head.value[i],
                                StandardCharsets.ISO_8859_1));
            }
        }
        return values.toString();
    }

    /** The parts between commas that do not stand in quotes; empty ones are none (RFC 9110, 5.6.1). */
    private static List<String> elements(String list) {
        List<String> elements = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i <= list.length(); i++) {
            if (i == list.length() || (list.charAt(i) == ',' && !quoted)) {
                String element = list.substring(start, i).trim();
                if (!element.isEmpty()) {
                    elements.add(element);
                }
                start = i + 1;
            } else if (list.charAt(i) == '"') {
                quoted = !quoted;
            }
        }
        return elements;
    }

    /** RFC 7239, 4: {@code for=192.0.2.60;proto=http}, {@code For="[2001:db8:cafe::17]:4711"} */
    private static String parameterFor(String element) {
        for (String parameter : element.split(";", -1)) {
            String trimmed = parameter.trim();
            if (trimmed.toLowerCase(Locale.ROOT).startsWith("for=")) {
                return trimmed.substring("for=".length()).replace("\"", "");
            }
        }
        return "";
    }

    /** Without brackets and port; null: it is no address. */
    private static @Nullable String address(String node) {
        String host = node;
        if (node.startsWith("[")) {
            int end = node.indexOf(']');
            host = end < 0 ? "" : node.substring(1, end);
        } else if (node.indexOf(':') == node.lastIndexOf(':') && node.indexOf(':') >= 0) {
            host = node.substring(0, node.indexOf(':'));
        }
        boolean valid = NetUtil.isValidIpV4Address(host) || (NetUtil.isValidIpV6Address(host) && host.indexOf('%') < 0);
        return valid ? host : null;
    }
}
