package io.backendpool.operator.translate;

import io.backendpool.api.v1alpha1.SecretReference;
import io.backendpool.pool.IpRange;
import io.backendpool.pool.Listener;
import io.backendpool.pool.ListenerTls;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one entry of {@code spec.listeners}. */
final class ListenerReader {
    private ListenerReader() {}

    /**
     * Reads {@code bean}.
     *
     * @param field its path, for messages
     * @throws IllegalArgumentException where it is not valid after all; the message names the field
     */
    static Listener read(String field, io.backendpool.api.v1alpha1.Listener bean) {
        return new Listener(
                PoolSpecReader.required(field + ".name", bean.name),
                PoolSpecReader.required(field + ".port", bean.port),
                protocol(bean.protocol),
                bean.tls == null ? null : tls(field + ".tls", bean.tls),
                bean.proxyProtocol == null
                        ? List.of()
                        : ranges(field + ".proxyProtocol.trustedRanges", bean.proxyProtocol.trustedRanges));
    }

    private static Listener.Protocol protocol(io.backendpool.api.v1alpha1.Listener.@Nullable Protocol bean) {
        return switch (bean) {
            case null -> Listener.Protocol.HTTP;
            case HTTP -> Listener.Protocol.HTTP;
            case HTTPS -> Listener.Protocol.HTTPS;
            case TCP -> Listener.Protocol.TCP;
            case UDP -> Listener.Protocol.UDP;
            case TLS -> Listener.Protocol.TLS;
        };
    }

    private static ListenerTls tls(String field, io.backendpool.api.v1alpha1.ListenerTls bean) {
        List<SecretReference> references = PoolSpecReader.required(field + ".certificateRefs", bean.certificateRefs);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < references.size(); i++) {
            names.add(PoolSpecReader.required(field + ".certificateRefs[" + i + "].name", references.get(i).name));
        }
        ListenerTls.TlsVersion minVersion =
                switch (bean.minVersion) {
                    case null -> ListenerTls.TlsVersion.TLS_1_2;
                    case TLS_1_2 -> ListenerTls.TlsVersion.TLS_1_2;
                    case TLS_1_3 -> ListenerTls.TlsVersion.TLS_1_3;
                };
        return new ListenerTls(names, minVersion);
    }

    private static List<IpRange> ranges(String field, @Nullable List<String> texts) {
        List<String> present = PoolSpecReader.required(field, texts);
        List<IpRange> ranges = new ArrayList<>();
        for (int i = 0; i < present.size(); i++) {
            try {
                ranges.add(IpRange.parse(present.get(i)));
            } catch (IllegalArgumentException invalid) {
                throw new IllegalArgumentException(field + "[" + i + "]: " + invalid.getMessage(), invalid);
            }
        }
        return ranges;
    }
}
