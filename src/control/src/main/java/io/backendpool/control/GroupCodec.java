package io.backendpool.control;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.UpstreamTls;
import org.jspecify.annotations.Nullable;

/** The border between the model and the wire for groups of backends. */
final class GroupCodec {
    private GroupCodec() {}

    static io.backendpool.control.v1.BackendGroup encode(BackendGroup group) {
        io.backendpool.control.v1.BackendGroup.Builder message = io.backendpool.control.v1.BackendGroup.newBuilder()
                .setName(group.name())
                .setWeight(group.weight())
                .setProtocol(
                        switch (group.protocol()) {
                            case HTTP -> io.backendpool.control.v1.BackendGroup.Protocol.HTTP;
                            case H2C -> io.backendpool.control.v1.BackendGroup.Protocol.H2C;
                            case HTTPS -> io.backendpool.control.v1.BackendGroup.Protocol.HTTPS;
                            case H2 -> io.backendpool.control.v1.BackendGroup.Protocol.H2;
                        })
                .setProxyProtocol(
                        switch (group.proxyProtocol()) {
                            case NONE -> io.backendpool.control.v1.BackendGroup.ProxyProtocol.NONE;
                            case V1 -> io.backendpool.control.v1.BackendGroup.ProxyProtocol.V1;
                            case V2 -> io.backendpool.control.v1.BackendGroup.ProxyProtocol.V2;
                        })
                .addAllServerNames(group.serverNames())
                .setPriority(group.priority());
        UpstreamTls tls = group.tls();
        if (tls != null) {
            message.setTls(encode(tls));
        }
        return message.build();
    }

    private static io.backendpool.control.v1.UpstreamTls encode(UpstreamTls tls) {
        io.backendpool.control.v1.UpstreamTls.Builder message =
                io.backendpool.control.v1.UpstreamTls.newBuilder().setInsecureSkipVerify(tls.insecureSkipVerify());
        String serverName = tls.serverName();
        if (serverName != null) {
            message.setServerName(serverName);
        }
        String authorities = tls.caCertificates();
        if (authorities != null) {
            message.setCaCertificates(authorities);
        }
        return message.build();
    }

    /**
     * Decodes {@code message}.
     *
     * @throws IllegalArgumentException a value is out of its range; the message names the field
     */
    static BackendGroup decode(io.backendpool.control.v1.BackendGroup message) throws InvalidSnapshotException {
        return new BackendGroup(
                message.getName(),
                message.getWeight(),
                protocol(message),
                message.hasTls() ? decode(message.getTls()) : null,
                proxyProtocol(message),
                message.getServerNamesList(),
                message.getPriority());
    }

    private static BackendGroup.Protocol protocol(io.backendpool.control.v1.BackendGroup message)
            throws InvalidSnapshotException {
        return switch (message.getProtocol()) {
            case HTTP -> BackendGroup.Protocol.HTTP;
            case H2C -> BackendGroup.Protocol.H2C;
            case HTTPS -> BackendGroup.Protocol.HTTPS;
            case H2 -> BackendGroup.Protocol.H2;
            case PROTOCOL_UNSPECIFIED, UNRECOGNIZED ->
                throw PoolConfigCodec.unknownValue(
                        "backends[" + message.getName() + "].protocol",
                        message.getProtocolValue(),
                        "HTTP, H2C, HTTPS or H2");
        };
    }

    private static BackendGroup.ProxyProtocol proxyProtocol(io.backendpool.control.v1.BackendGroup message)
            throws InvalidSnapshotException {
        return switch (message.getProxyProtocol()) {
            case NONE -> BackendGroup.ProxyProtocol.NONE;
            case V1 -> BackendGroup.ProxyProtocol.V1;
            case V2 -> BackendGroup.ProxyProtocol.V2;
            case PROXY_PROTOCOL_UNSPECIFIED, UNRECOGNIZED ->
                throw PoolConfigCodec.unknownValue(
                        "backends[" + message.getName() + "].proxyProtocol",
                        message.getProxyProtocolValue(),
                        "none, V1 or V2");
        };
    }

    private static @Nullable UpstreamTls decode(io.backendpool.control.v1.UpstreamTls message) {
        return new UpstreamTls(
                message.hasServerName() ? message.getServerName() : null,
                message.hasCaCertificates() ? message.getCaCertificates() : null,
                message.getInsecureSkipVerify());
    }
}
