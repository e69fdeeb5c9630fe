package io.backendpool.control;

import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.Certificate;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.IpRange;
import io.backendpool.pool.Listener;
import io.backendpool.pool.ListenerTls;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.StatusRange;
import io.backendpool.pool.UpstreamTls;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The digest of a whole pool: SHA-256 over an encoding of the model that is our own, because protobuf promises no
 * canonical one. Every value is prefixed with its length or of fixed length, so two different pools never encode alike.
 * Any thread.
 */
public final class SnapshotDigest {
    /**
     * Changes with the encoding: an old digest then matches nothing, and wholes are sent. What was added since then is a
     * suffix that a pool without it does not have (see {@link BalancingDigest}), so it has not changed.
     */
    private static final String FORMAT = "backendpool-digest-2";

    private SnapshotDigest() {}

    /** {@code sha256:} and 64 hex digits; equal for equal snapshots, and only for these. */
    public static String of(PoolSnapshot snapshot) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (DataOutputStream out = new DataOutputStream(
                    new BufferedOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest)))) {
                write(snapshot, out);
            }
            return "sha256:" + HexFormat.of().formatHex(digest.digest());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        } catch (NoSuchAlgorithmException impossible) {
            // Every Java platform has it, see MessageDigest.
            throw new IllegalStateException(impossible);
        }
    }

    private static void write(PoolSnapshot snapshot, DataOutputStream out) throws IOException {
        text(out, FORMAT);
        text(out, snapshot.id().namespace());
        text(out, snapshot.id().name());
        out.writeInt(snapshot.listeners().size());
        for (Listener listener : snapshot.listeners()) {
            text(out, listener.name());
            out.writeInt(listener.port());
            text(out, listener.protocol().name());
            ListenerTls tls = listener.tls();
            out.writeBoolean(tls != null);
            if (tls != null) {
                texts(out, tls.certificates());
                text(out, tls.minVersion().name());
            }
            texts(
                    out,
                    listener.proxyProtocolFrom().stream().map(IpRange::toString).toList());
        }
        out.writeInt(snapshot.groups().size());
        for (BackendGroup group : snapshot.groups()) {
            text(out, group.name());
            out.writeInt(group.weight());
            text(out, group.protocol().name());
            UpstreamTls tls = group.tls();
            out.writeBoolean(tls != null);
            if (tls != null) {
                optionalText(out, tls.serverName());
                optionalText(out, tls.caCertificates());
                out.writeBoolean(tls.insecureSkipVerify());
            }
            text(out, group.proxyProtocol().name());
            texts(out, group.serverNames());
        }
        text(out, snapshot.loadBalancing().policy().name());
        healthCheck(out, snapshot.healthCheck());
        TrafficPolicyDigest.write(snapshot.traffic(), out);
        out.writeInt(snapshot.certificates().size());
        for (Certificate certificate : snapshot.certificates()) {
            text(out, certificate.name());
            text(out, certificate.chain());
            text(out, certificate.key());
        }
        out.writeInt(snapshot.backends().size());
        for (Backend backend : snapshot.backends()) {
            text(out, backend.key().group());
            text(out, backend.key().host());
            out.writeInt(backend.key().port());
            out.writeBoolean(backend.conditions().ready());
            out.writeBoolean(backend.conditions().serving());
            out.writeBoolean(backend.conditions().terminating());
            optionalText(out, backend.origin());
        }
        BalancingDigest.write(snapshot, out);
    }

    private static void healthCheck(DataOutputStream out, @Nullable HealthCheck check) throws IOException {
        out.writeBoolean(check != null);
        if (check == null) {
            return;
        }
        switch (check.probe()) {
            case HealthCheck.HttpProbe http -> {
                text(out, "http");
                text(out, http.path());
                optionalText(out, http.host());
                out.writeInt(http.expectedStatuses().size());
                for (StatusRange range : http.expectedStatuses()) {
                    out.writeInt(range.first());
                    out.writeInt(range.last());
                }
            }
            case HealthCheck.TcpProbe tcp -> text(out, "tcp");
            case HealthCheck.GrpcProbe grpc -> text(out, "grpc");
            case HealthCheck.TlsProbe() -> text(out, "tls");
        }
        Integer port = check.port();
        out.writeInt(port == null ? 0 : port);
        duration(out, check.interval());
        duration(out, check.timeout());
        out.writeInt(check.healthyThreshold());
        out.writeInt(check.unhealthyThreshold());
    }

    static void duration(DataOutputStream out, Duration duration) throws IOException {
        out.writeLong(duration.getSeconds());
        out.writeInt(duration.getNano());
    }

    static void optionalText(DataOutputStream out, @Nullable String value) throws IOException {
        out.writeBoolean(value != null);
        if (value != null) {
            text(out, value);
        }
    }

    static void texts(DataOutputStream out, List<String> values) throws IOException {
        out.writeInt(values.size());
        for (String value : values) {
            text(out, value);
        }
    }

    static void text(DataOutputStream out, String value) throws IOException {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
