package io.backendpool.proxy.tls;

import io.backendpool.pool.Certificate;
import io.backendpool.pool.Listener;
import io.backendpool.pool.ListenerTls;
import io.backendpool.proxy.traffic.HandshakeCounters;
import io.netty.channel.ChannelHandlerContext;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one listener terminates TLS, as of one snapshot: connections accepted under it and not yet through their handshake
 * still get the certificates of the newest. Immutable; any thread.
 */
public final class TlsListener {
    /** What came of a listener's settings. */
    public sealed interface Result {}

    /**
     * It can be served.
     *
     * @param problems one sentence for each certificate that cannot be had; at least one can
     */
    public record Usable(TlsListener listener, List<String> problems) implements Result {}

    /** None of its certificates can be presented: one sentence. */
    public record Unusable(String reason) implements Result {}

    private final String name;
    private final CertificateChoice certificates;
    private final Duration timeout;

    private TlsListener(String name, CertificateChoice certificates, Duration timeout) {
        this.name = name;
        this.certificates = certificates;
        this.timeout = timeout;
    }

    /**
     * Compiles {@code listener}. Costs some milliseconds for each certificate that {@code before} did not have.
     *
     * @param available the snapshot's certificates
     * @param timeout for a handshake, from the accepted connection
     * @param alpn protocols to offer
     * @param before what the listener was; what it has in common is taken over, with its sessions
     */
    public static Result compile(
            Listener listener,
            List<Certificate> available,
            Duration timeout,
            List<String> alpn,
            TlsEngine engine,
            @Nullable TlsListener before) {
        ListenerTls tls = Objects.requireNonNull(listener.tls(), "a listener of protocol HTTPS");
        List<ServerCertificate> usable = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (String wanted : tls.certificates()) {
            Certificate found = find(available, wanted);
            String where = "listener " + listener.name() + ": certificate " + wanted + " ";
            if (found == null) {
                problems.add(where + "is missing in the snapshot");
                continue;
            }
            ServerCertificate.Source source = new ServerCertificate.Source(found, tls.minVersion(), alpn);
            try {
                ServerCertificate known = before == null ? null : before.known(source);
                usable.add(known == null ? ServerCertificate.of(source, engine) : known);
            } catch (GeneralSecurityException refused) {
                problems.add(where + refused.getMessage());
            }
        }
        return usable.isEmpty()
                ? new Unusable(String.join("; ", problems))
                : new Usable(new TlsListener(listener.name(), new CertificateChoice(usable), timeout), problems);
    }

    private static @Nullable Certificate find(List<Certificate> certificates, String name) {
        for (Certificate certificate : certificates) {
            if (certificate.name().equals(name)) {
                return certificate;
            }
        }
        return null;
    }

    private @Nullable ServerCertificate known(ServerCertificate.Source source) {
        for (ServerCertificate certificate : certificates.all()) {
            if (certificate.source().equals(source)) {
                return certificate;
            }
        }
        return null;
    }

    /** Where the newest settings of a port are found at the moment of a handshake. */
    public interface Newest {
        /** Null: the port has no TLS any more. */
        @Nullable
        TlsListener get();
    }

    /**
     * Begins the handshake of a connection that was just accepted. On its event loop.
     *
     * @param before the handler of the channel's pipeline that ours are put in front of
     * @param newest asked when the client's first message is here, so that a new certificate is live at once
     * @param alpn takes the connection over
     */
    public void accept(ChannelHandlerContext before, Newest newest, AlpnChoice alpn, HandshakeCounters counters) {
        before.pipeline()
                .addBefore(before.name(), "backendpool-client-hello", new ClientHelloHandler(this, newest))
                .addBefore(
                        before.name(),
                        "backendpool-handshake",
                        new HandshakeGuard(name, timeout, before, alpn, counters));
    }

    TlsContext choose(ClientHello hello) {
        return certificates.choose(hello).context();
    }
}
