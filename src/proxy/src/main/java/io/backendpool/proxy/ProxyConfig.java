package io.backendpool.proxy;

import io.backendpool.pool.PoolId;
import io.backendpool.proxy.traffic.AccessLogFormat;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one proxy process is set up; all that is the pool's own comes over the control channel. {@link ProxyCommand} makes
 * it from options and the environment.
 *
 * @param pool whose proxy this is
 * @param name its name, unique in the pool
 * @param control where the operator listens
 * @param controlCa PEM file of the CAs that the operator's certificate may come from; read again when it changes
 * @param tokenFile what proves this proxy's identity; read at each dial
 * @param stateDirectory where the last known good pool and {@code admin.port} are kept; null: nowhere
 * @param bootstrap a last known good pool that came with the installation; null: none
 * @param zone where it runs, as endpoints name their zones; null: not known
 * @param admin where the admin port listens; port 0 picks a free one
 * @param bind the address that the pool's listeners are bound to
 * @param accessLog where a line for each request goes
 * @param eventLoops threads that carry traffic, 1 to 1,024
 * @param transport how sockets are driven
 * @param drainDeadline how long what is under way may take to finish after its listener or its backend left the pool; zero:
 *     no time at all
 * @param stopDeadline the same after SIGTERM
 * @param warmUp how long the request path is warmed at most, from its first answer on, before the proxy is ready; zero:
 *     not at all
 */
public record ProxyConfig(
        PoolId pool,
        String name,
        HostPort control,
        Path controlCa,
        Path tokenFile,
        @Nullable Path stateDirectory,
        @Nullable Path bootstrap,
        @Nullable String zone,
        HostPort admin,
        String bind,
        AccessLogTarget accessLog,
        int eventLoops,
        TransportChoice transport,
        Duration drainDeadline,
        Duration stopDeadline,
        Duration warmUp) {

    static final int MAX_EVENT_LOOPS = 1_024;

    /** Where a line for each request goes. */
    sealed interface AccessLogTarget {}

    /** Nowhere. */
    record NoAccessLog() implements AccessLogTarget {}

    /** To standard output. */
    record StandardOutput(AccessLogFormat format) implements AccessLogTarget {}

    /** To the end of a file, which is made where it is not. */
    record LogFile(Path path, AccessLogFormat format) implements AccessLogTarget {}

    public ProxyConfig {
        if (name.isEmpty()) {
            throw new InvalidConfigException("--name: \"\" (expected: a name, unique in the pool)");
        }
        if (control.port() == 0) {
            throw new InvalidConfigException("--control: " + control + " (expected: a port from 1 to 65535)");
        }
        if (eventLoops < 1 || eventLoops > MAX_EVENT_LOOPS) {
            throw new InvalidConfigException("--event-loops: " + eventLoops + " (expected: 1 to 1024)");
        }
    }
}
