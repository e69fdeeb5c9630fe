package io.backendpool.control;

import io.backendpool.pool.IpRange;
import io.backendpool.pool.Listener;
import io.backendpool.pool.ListenerTls;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The border between the model and the wire for listeners. */
final class ListenerCodec {
    private ListenerCodec() {}

    static io.backendpool.control.v1.Listener encode(Listener listener) {
        io.backendpool.control.v1.Listener.Builder message = io.backendpool.control.v1.Listener.newBuilder()
                .setName(listener.name())
                .setPort(listener.port())
                .setProtocol(
                        switch (listener.protocol()) {
                            case HTTP -> io.backendpool.control.v1.Listener.Protocol.HTTP;
                            case HTTPS -> io.backendpool.control.v1.Listener.Protocol.HTTPS;
                            case TCP -> io.backendpool.control.v1.Listener.Protocol.TCP;
                            case UDP -> io.backendpool.control.v1.Listener.Protocol.UDP;
                            case TLS -> io.backendpool.control.v1.Listener.Protocol.TLS;
                        });
        ListenerTls tls = listener.tls();
        if (tls != null) {
            message.getTlsBuilder()
                    .addAllCertificates(tls.certificates())
                    .setMinVersion(
                            switch (tls.minVersion()) {
                                case TLS_1_2 -> io.backendpool.control.v1.ListenerTls.Version.TLS_1_2;
                                case TLS_1_3 -> io.backendpool.control.v1.ListenerTls.Version.TLS_1_3;
                            });
        }
        listener.proxyProtocolFrom().forEach(range -> message.addProxyProtocolFrom(range.toString()));
        return message.build();
    }

    /**
     * Decodes {@code message}.
     *
     * @throws IllegalArgumentException a value is out of its range; the message names the field
     */
    static Listener decode(io.backendpool.control.v1.Listener message) throws InvalidSnapshotException {
        List<IpRange> ranges = new ArrayList<>();
        for (String range : message.getProxyProtocolFromList()) {
            ranges.add(IpRange.parse(range));
        }
        return new Listener(message.getName(), message.getPort(), protocol(message), tls(message), ranges);
    }

    private static Listener.Protocol protocol(io.backendpool.control.v1.Listener message)
            throws InvalidSnapshotException {
        return switch (message.getProtocol()) {
            case HTTP -> Listener.Protocol.HTTP;
            case HTTPS -> Listener.Protocol.HTTPS;
            case TCP -> Listener.Protocol.TCP;
            case UDP -> Listener.Protocol.UDP;
            case TLS -> Listener.Protocol.TLS;
            case PROTOCOL_UNSPECIFIED, UNRECOGNIZED ->
                throw PoolConfigCodec.unknownValue(
                        "listeners[" + message.getName() + "].protocol",
                        message.getProtocolValue(),
                        "HTTP, HTTPS, TCP, UDP or TLS");
        };
    }

    private static @Nullable ListenerTls tls(io.backendpool.control.v1.Listener message)
            throws InvalidSnapshotException {
        if (!message.hasTls()) {
            return null;
        }
        io.backendpool.control.v1.ListenerTls tls = message.getTls();
        ListenerTls.TlsVersion minVersion =
                switch (tls.getMinVersion()) {
                    case TLS_1_2 -> ListenerTls.TlsVersion.TLS_1_2;
                    case TLS_1_3 -> ListenerTls.TlsVersion.TLS_1_3;
                    case VERSION_UNSPECIFIED, UNRECOGNIZED ->
                        throw PoolConfigCodec.unknownValue(
                                "listeners[" + message.getName() + "].tls.minVersion",
                                tls.getMinVersionValue(),
                                "1.2 or 1.3");
                };
        return new ListenerTls(tls.getCertificatesList(), minVersion);
    }
}
