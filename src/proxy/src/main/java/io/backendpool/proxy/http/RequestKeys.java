package io.backendpool.proxy.http;

import io.backendpool.pool.HashKey;
import io.backendpool.pool.HttpSettings;
import io.backendpool.pool.pick.Hashing;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of {@code loadBalancing.hash}, compiled to be read from heads. Event loop only. */
final class RequestKeys {
    /** One key in the form in which it is looked for. */
    @SuppressWarnings("ArrayRecordComponent") // bytes for the hot path; nobody compares or writes to them
    private record Key(HashKey key, byte[] name) {}

    private final HeadReader reader = new HeadReader();
    private final Key[] keys;
    private boolean found;

    RequestKeys(List<HashKey> keys) {
        this.keys = keys.stream().map(key -> new Key(key, name(key))).toArray(Key[]::new);
    }

    private static byte[] name(HashKey key) {
        String name =
                switch (key) {
                    case HashKey.Header(String header) -> header;
                    case HashKey.Cookie(String cookie) -> cookie;
                    case HashKey.QueryParameter(String parameter) -> parameter;
                    case HashKey.Path unused -> "";
                    case HashKey.ServerName unused -> "";
                    case HashKey.ClientIp unused -> "";
                };
        return name.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The hash of the first key that the request has.
     *
     * @param otherwise what it is where the request has none of them
     */
    long hash(RequestHead head, Downstream client, HttpSettings http, long otherwise) {
        found = false;
        for (Key key : keys) {
            long hash = hash(key, head, client, http);
            if (found) {
                return hash;
            }
        }
        return otherwise;
    }

    private long hash(Key key, RequestHead head, Downstream client, HttpSettings http) {
        return switch (key.key()) {
            case HashKey.Header header -> found(head, reader.field(head, key.name()) >= 0);
            case HashKey.Cookie cookie -> found(head, reader.cookie(head, key.name()));
            case HashKey.QueryParameter parameter -> found(head, reader.queryParameter(head, key.name()));
            case HashKey.Path path -> {
                reader.path(head);
                yield found(head, true);
            }
            case HashKey.ServerName name -> serverName(client.serverName());
            case HashKey.ClientIp(int v4, int v6) -> {
                byte[] address = address(head, client, http);
                found = address != null;
                yield address == null ? 0 : Hashing.hash(address, address.length == 4 ? v4 : v6);
            }
        };
    }

    private long found(RequestHead head, boolean isThere) {
        found = isThere;
        return isThere ? Hashing.hash(head.bytes, reader.from(), reader.to() - reader.from(), 0) : 0;
    }

    private long serverName(@Nullable String name) {
        found = name != null;
        return name == null ? 0 : Hashing.hash(name);
    }

    /** The client's address as trusted proxies tell it, else of who has connected; null: it is not known. */
    static byte @Nullable [] address(RequestHead head, Downstream client, HttpSettings http) {
        String told = ForwardedChain.client(head, http);
        if (told != null) {
            return NetUtil.createByteArrayFromIpAddressString(told);
        }
        InetAddress source = client.source();
        return source == null ? null : source.getAddress();
    }
}
