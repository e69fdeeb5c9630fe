package io.backendpool.operator.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.hosts.HostsFileParser;
import org.xbill.DNS.lookup.LookupResult;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;

/**
 * Asks for all addresses of a name, A and AAAA, with the TTL that the JDK's own resolver hides. The hosts file comes
 * first, as for every other program of the host. Thread-safe; lookups run side by side.
 */
public final class DnsResolver {
    /** Names of the hosts file have no TTL; its edits are seen within this time. */
    private static final Duration HOSTS_TTL = Duration.ofSeconds(5);

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final LookupSession session;
    private final HostsFileParser hosts;

    private DnsResolver(Resolver resolver, List<Name> searchPath, int ndots, HostsFileParser hosts) {
        this.hosts = hosts;
        // No cache: whoever follows a name asks when its TTL has passed, not before.
        this.session = LookupSession.builder()
                .resolver(resolver)
                .searchPath(searchPath)
                .ndots(ndots)
                .build();
    }

    /** As this host is set up: resolv.conf and the hosts file. */
    public static DnsResolver ofSystem() {
        ResolverConfig config = ResolverConfig.getCurrentConfig();
        List<Resolver> servers = config.servers().stream()
                .map(server -> (Resolver) withTimeout(new SimpleResolver(server)))
                .toList();
        ExtendedResolver resolver = new ExtendedResolver(servers);
        resolver.setRetries(2);
        resolver.setTimeout(TIMEOUT.multipliedBy(2));
        return new DnsResolver(resolver, config.searchPath(), config.ndots(), new HostsFileParser());
    }

    /** With one server and one hosts file. */
    public static DnsResolver of(InetSocketAddress server, Path hostsFile) {
        return new DnsResolver(
                withTimeout(new SimpleResolver(server)), List.of(), 1, new HostsFileParser(hostsFile, false));
    }

    private static SimpleResolver withTimeout(SimpleResolver resolver) {
        resolver.setTimeout(TIMEOUT);
        return resolver;
    }

    /** Looks up {@code name}. Never completes exceptionally: what goes wrong is {@link DnsAnswer.Nothing}. */
    CompletableFuture<DnsAnswer> lookup(String name) {
        Name parsed;
        try {
            parsed = Name.fromString(name);
        } catch (TextParseException noName) {
            return CompletableFuture.completedFuture(new DnsAnswer.Nothing("no DNS name: " + noName.getMessage()));
        }
        DnsAnswer local = fromHosts(parsed);
        if (local != null) {
            return CompletableFuture.completedFuture(local);
        }
        CompletableFuture<Half> ipv4 = half(parsed, Type.A);
        CompletableFuture<Half> ipv6 = half(parsed, Type.AAAA);
        return ipv4.thenCombine(ipv6, DnsResolver::join);
    }

    private @Nullable DnsAnswer fromHosts(Name name) {
        TreeSet<String> addresses = new TreeSet<>();
        try {
            Name absolute = name.isAbsolute() ? name : Name.concatenate(name, Name.root);
            for (int type : new int[] {Type.A, Type.AAAA}) {
                hosts.getAddressForHost(absolute, type)
                        .map(InetAddress::getHostAddress)
                        .ifPresent(addresses::add);
            }
        } catch (IOException unreadable) {
            // A host without a readable hosts file asks its server.
            return null;
        }
        return addresses.isEmpty() ? null : new DnsAnswer.Addresses(List.copyOf(addresses), HOSTS_TTL);
    }

    /** The answer for one type. A type without records is no failure; a failure has a cause. */
    private record Half(List<Record> records, @Nullable String failure) {}

    private CompletableFuture<Half> half(Name name, int type) {
        return session.lookupAsync(name, type)
                .toCompletableFuture()
                .thenApply(LookupResult::getRecords)
                .thenApply(records -> new Half(records, null))
                .exceptionally(failure -> new Half(List.of(), cause(failure)));
    }

    private static @Nullable String cause(Throwable failure) {
        Throwable inner =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return switch (inner) {
            case NoSuchRRSetException noneOfThisType -> null;
            case NoSuchDomainException noDomain -> "no such name";
            case IOException io -> io.getMessage() == null ? "no answer from the DNS server" : io.getMessage();
            default -> inner.getMessage() == null ? inner.getClass().getSimpleName() : inner.getMessage();
        };
    }

    /**
     * A server that fails for one type while the other one answers gives half of the addresses: that is a failure, for
     * the missing half would be taken for removed backends.
     */
    private static DnsAnswer join(Half ipv4, Half ipv6) {
        if (ipv4.failure != null || ipv6.failure != null) {
            return new DnsAnswer.Nothing(String.valueOf(ipv4.failure != null ? ipv4.failure : ipv6.failure));
        }
        TreeSet<String> addresses = new TreeSet<>();
        long ttl = Long.MAX_VALUE;
        for (List<Record> records : List.of(ipv4.records, ipv6.records)) {
            for (Record record : records) {
                if (record instanceof ARecord a) {
                    addresses.add(a.getAddress().getHostAddress());
                    ttl = Math.min(ttl, a.getTTL());
                } else if (record instanceof AAAARecord aaaa) {
                    addresses.add(aaaa.getAddress().getHostAddress());
                    ttl = Math.min(ttl, aaaa.getTTL());
                }
            }
        }
        return addresses.isEmpty()
                ? new DnsAnswer.Nothing("the name has no address")
                : new DnsAnswer.Addresses(List.copyOf(addresses), Duration.ofSeconds(ttl));
    }
}
