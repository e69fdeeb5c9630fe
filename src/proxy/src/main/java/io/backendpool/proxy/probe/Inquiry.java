package io.backendpool.proxy.probe;

import io.backendpool.pool.BackendGroup.ProxyProtocol;
import io.backendpool.proxy.tls.BackendTls;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A question to one backend that can be asked again and again. Immutable.
 *
 * @param address where it is asked
 * @param header what the connection begins with
 * @param security TLS; null: none
 * @param timeout for all of it, from the connect to the answer
 * @param conversation a new one for each time
 */
record Inquiry<R>(
        InetSocketAddress address,
        ProxyProtocol header,
        @Nullable Security security,
        Duration timeout,
        Supplier<Conversation<R>> conversation) {

    /** How TLS is made. */
    record Security(BackendTls tls, BackendTls.Offer offer) {}

    /** {@code host:port}, as a Host field has it. */
    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }
}
