package io.backendpool.proxy.tls;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which certificate a client gets, in this order: one for the very name that it asks for, one whose wildcard stands for the
 * name's first label (RFC 9525, 6.3), the first one of the listener. Of several for one name: an ECDSA one that the client
 * takes, since it costs a tenth of RSA's time, then an RSA one. Immutable; any thread.
 *
 * <pre>
 *   asked for               [web: *.example.com, example.com] [shop: shop.example.com]
 *   shop.example.com        shop
 *   www.example.com         web
 *   a.b.example.com         web, as the first: a wildcard is one label
 *   nothing                 web
 * </pre>
 */
final class CertificateChoice {
    private final List<ServerCertificate> all;
    private final Map<String, List<ServerCertificate>> byName = new HashMap<>();
    private final List<ServerCertificate> others;

    /** Among {@code certificates}, in the listener's order; not empty. */
    CertificateChoice(List<ServerCertificate> certificates) {
        all = List.copyOf(certificates);
        for (ServerCertificate certificate : all) {
            for (String name : certificate.names()) {
                byName.computeIfAbsent(name, unused -> new ArrayList<>(2)).add(certificate);
            }
        }
        ServerCertificate first = all.getFirst();
        // The first one may have a twin of the other kind of key.
        others = first.names().isEmpty()
                ? List.of(first)
                : byName.getOrDefault(first.names().getFirst(), List.of(first));
    }

    List<ServerCertificate> all() {
        return all;
    }

    /** The certificate for {@code hello}. */
    ServerCertificate choose(ClientHello hello) {
        return best(candidates(hello.serverName()), hello);
    }

    private List<ServerCertificate> candidates(@Nullable String name) {
        if (name == null) {
            return others;
        }
        List<ServerCertificate> exact = byName.get(name);
        if (exact != null) {
            return exact;
        }
        int dot = name.indexOf('.');
        List<ServerCertificate> wildcard = dot <= 0 ? null : byName.get("*" + name.substring(dot));
        return wildcard == null ? others : wildcard;
    }

    private static ServerCertificate best(List<ServerCertificate> candidates, ClientHello hello) {
        ServerCertificate rsa = null;
        for (ServerCertificate candidate : candidates) {
            if (candidate.kind() == KeyKind.RSA) {
                rsa = rsa == null ? candidate : rsa;
            } else if (hello.takes(candidate.kind())) {
                return candidate;
            }
        }
        return rsa == null ? candidates.getFirst() : rsa;
    }
}
