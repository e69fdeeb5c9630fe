package io.backendpool.proxy;

import io.backendpool.pool.PoolId;
import io.backendpool.proxy.ProxyConfig.AccessLogTarget;
import io.backendpool.proxy.traffic.AccessLogFormat;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of the proxy process. Each option may come from the environment too; the option wins. */
@Command(
        name = "backendpool-proxy",
        description = "The data plane of BackendPool: takes its pool from the operator and carries its traffic.",
        mixinStandardHelpOptions = true,
        versionProvider = ProxyVersion.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:asked to stop, and drained", "1:could not start or go on", "2:an option is wrong"})
final class ProxyCommand implements Callable<Integer> {
    /** What is done with a valid configuration. */
    interface Action {
        int run(ProxyConfig config) throws StartFailedException, InterruptedException;
    }

    @Option(
            names = "--pool",
            paramLabel = "NAMESPACE/NAME",
            description = "The pool to carry. [BACKENDPOOL_POOL]",
            defaultValue = "${env:BACKENDPOOL_POOL}")
    private @Nullable String pool;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "This proxy's name, unique in the pool; default: the host's. [BACKENDPOOL_PROXY]",
            defaultValue = "${env:BACKENDPOOL_PROXY}")
    private @Nullable String name;

    @Option(
            names = "--control",
            paramLabel = "HOST:PORT",
            description = "Where the operator listens. [BACKENDPOOL_CONTROL]",
            defaultValue = "${env:BACKENDPOOL_CONTROL}")
    private @Nullable String control;

    @Option(
            names = "--control-ca",
            paramLabel = "FILE",
            description = "The CAs of the operator's certificate, PEM; read again when it changes."
                    + " [BACKENDPOOL_CONTROL_CA]",
            defaultValue = "${env:BACKENDPOOL_CONTROL_CA}")
    private @Nullable Path controlCa;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "The token that opens the pool; read at each dial. [BACKENDPOOL_TOKEN_FILE]",
            defaultValue = "${env:BACKENDPOOL_TOKEN_FILE}")
    private @Nullable Path tokenFile;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "Where the last known good pool is kept, and the file admin.port; default: nowhere."
                    + " [BACKENDPOOL_STATE_DIR]",
            defaultValue = "${env:BACKENDPOOL_STATE_DIR}")
    private @Nullable Path stateDirectory;

    @Option(
            names = "--bootstrap",
            paramLabel = "FILE",
            description = "A last known good pool to start from without an operator. [BACKENDPOOL_BOOTSTRAP]",
            defaultValue = "${env:BACKENDPOOL_BOOTSTRAP}")
    private @Nullable Path bootstrap;

    @Option(
            names = "--zone",
            paramLabel = "ZONE",
            description = "The zone that it runs in, as endpoints name theirs; none: not known. [BACKENDPOOL_ZONE]",
            defaultValue = "${env:BACKENDPOOL_ZONE}")
    private @Nullable String zone;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            description = "Where /live, /ready, /metrics and /pool are served; host * is all addresses, port 0 picks a"
                    + " free one; default: ${DEFAULT-VALUE}. [BACKENDPOOL_ADMIN]",
            defaultValue = "${env:BACKENDPOOL_ADMIN:-127.0.0.1:9901}")
    private String admin = "";

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "The address of the pool's listeners; default: all. [BACKENDPOOL_BIND]",
            defaultValue = "${env:BACKENDPOOL_BIND}")
    private @Nullable String bind;

    @Option(
            names = "--access-log",
            paramLabel = "off|stdout|FILE",
            description = "Where one line a request goes; default: ${DEFAULT-VALUE}. [BACKENDPOOL_ACCESS_LOG]",
            defaultValue = "${env:BACKENDPOOL_ACCESS_LOG:-off}")
    private String accessLog = "";

    @Option(
            names = "--access-log-format",
            paramLabel = "json|TEMPLATE",
            description = "How such a line looks: json, or a text with fields like {client} and {status}; default:"
                    + " ${DEFAULT-VALUE}. [BACKENDPOOL_ACCESS_LOG_FORMAT]",
            defaultValue = "${env:BACKENDPOOL_ACCESS_LOG_FORMAT:-json}")
    private String accessLogFormat = "";

    @Option(
            names = "--event-loops",
            paramLabel = "N",
            description = "Threads that carry traffic; default: one a core. [BACKENDPOOL_EVENT_LOOPS]",
            defaultValue = "${env:BACKENDPOOL_EVENT_LOOPS}")
    private @Nullable String eventLoops;

    @Option(
            names = "--transport",
            paramLabel = "auto|io_uring|epoll|nio",
            description = "How sockets are driven; default: ${DEFAULT-VALUE}. [BACKENDPOOL_TRANSPORT]",
            defaultValue = "${env:BACKENDPOOL_TRANSPORT:-auto}")
    private String transport = "";

    @Option(
            names = "--drain-deadline",
            paramLabel = "DURATION",
            description = "How long requests may take to finish after SIGTERM, and after their listener or backend"
                    + " left the pool; default: ${DEFAULT-VALUE}."
                    + " [BACKENDPOOL_DRAIN_DEADLINE]",
            defaultValue = "${env:BACKENDPOOL_DRAIN_DEADLINE:-30s}")
    private String drainDeadline = "";

    @Option(
            names = "--stop-deadline",
            paramLabel = "DURATION",
            description = "How long requests may take to finish after SIGTERM, where that is another time; default: as"
                    + " --drain-deadline. [BACKENDPOOL_STOP_DEADLINE]",
            defaultValue = "${env:BACKENDPOOL_STOP_DEADLINE}")
    private @Nullable String stopDeadline;

    @Option(
            names = "--warm-up",
            paramLabel = "DURATION",
            description = "How long to warm the request path at most before the proxy is ready; 0s: not; default:"
                    + " ${DEFAULT-VALUE}. [BACKENDPOOL_WARM_UP]",
            defaultValue = "${env:BACKENDPOOL_WARM_UP:-2s}")
    private String warmUp = "";

    private final Action action;

    ProxyCommand(Action action) {
        this.action = action;
    }

    /**
     * Parses options and runs {@code action} with them. What {@code execute} gives is the process's exit code; an error is
     * said on one line.
     */
    static CommandLine commandLine(Action action) {
        return new CommandLine(new ProxyCommand(action))
                .setParameterExceptionHandler((wrong, given) -> fail(wrong.getCommandLine(), wrong, 2))
                .setExecutionExceptionHandler((failure, line, parsed) -> switch (failure) {
                    case InvalidConfigException wrong -> fail(line, wrong, 2);
                    case StartFailedException failed -> fail(line, failed, 1);
                    default -> throw failure;
                });
    }

    private static int fail(CommandLine line, Exception failure, int code) {
        line.getErr().println("backendpool-proxy: " + failure.getMessage());
        return code;
    }

    @Override
    public Integer call() throws StartFailedException, InterruptedException {
        return action.run(config());
    }

    private ProxyConfig config() {
        return new ProxyConfig(
                poolId(required("--pool", pool, "NAMESPACE/NAME", "BACKENDPOOL_POOL")),
                name == null ? hostName() : name,
                HostPort.parse("--control", required("--control", control, "HOST:PORT", "BACKENDPOOL_CONTROL")),
                file("--control-ca", required("--control-ca", controlCa, "FILE", "BACKENDPOOL_CONTROL_CA")),
                file("--token-file", required("--token-file", tokenFile, "FILE", "BACKENDPOOL_TOKEN_FILE")),
                stateDirectory,
                bootstrap,
                zone == null || zone.isBlank() ? null : zone,
                adminAddress(HostPort.parse("--admin", admin)),
                bind == null ? allAddresses() : bind,
                accessLogTarget(accessLog, format(accessLogFormat)),
                eventLoops == null ? Runtime.getRuntime().availableProcessors() : count(eventLoops),
                TransportChoice.parse("--transport", transport),
                OptionDuration.parse("--drain-deadline", drainDeadline),
                stopDeadline == null
                        ? OptionDuration.parse("--drain-deadline", drainDeadline)
                        : OptionDuration.parse("--stop-deadline", stopDeadline),
                OptionDuration.parse("--warm-up", warmUp));
    }

    private static <T> T required(String option, @Nullable T value, String form, String variable) {
        if (value == null) {
            throw new InvalidConfigException(
                    "%s: not set (expected: %s, or %s in the environment)".formatted(option, form, variable));
        }
        return value;
    }

    private static PoolId poolId(String text) {
        try {
            return PoolId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigException("--pool: " + text + " (expected: NAMESPACE/NAME)");
        }
    }

    /** A pod cannot say "all" itself: whether that is an IPv4 or an IPv6 address depends on the node. */
    private static HostPort adminAddress(HostPort given) {
        return given.host().equals("*") ? new HostPort(allAddresses(), given.port()) : given;
    }

    private static Path file(String option, Path path) {
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            throw new InvalidConfigException(option + ": " + path + " (expected: a file that can be read)");
        }
        return path;
    }

    private static AccessLogFormat format(String text) {
        try {
            return AccessLogFormat.parse(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigException("--access-log-format: " + e.getMessage());
        }
    }

    private static AccessLogTarget accessLogTarget(String text, AccessLogFormat format) {
        return switch (text) {
            case "off", "" -> new ProxyConfig.NoAccessLog();
            case "stdout" -> new ProxyConfig.StandardOutput(format);
            default -> new ProxyConfig.LogFile(Path.of(text), format);
        };
    }

    private static int count(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new InvalidConfigException(
                    "--event-loops: %s (expected: 1 to %d)".formatted(text, ProxyConfig.MAX_EVENT_LOOPS));
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new InvalidConfigException("--name: not set, and this host has no name (expected: NAME)");
        }
    }

    /** IPv6's any-address takes IPv4 too, but cannot be bound where IPv6 is switched off. */
    private static String allAddresses() {
        try {
            boolean hasIpv6 = !Boolean.getBoolean("java.net.preferIPv4Stack")
                    && NetworkInterface.networkInterfaces()
                            .flatMap(NetworkInterface::inetAddresses)
                            .anyMatch(Inet6Address.class::isInstance);
            return hasIpv6 ? "::" : "0.0.0.0";
        } catch (SocketException e) {
            return "0.0.0.0";
        }
    }
}
