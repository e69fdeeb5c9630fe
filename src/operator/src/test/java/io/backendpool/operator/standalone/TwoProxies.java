package io.backendpool.operator.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.backendpool.operator.pools.ProxyHost;
import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Two real proxies of one pool, as processes on two loopback addresses of this host, kept running as standalone keeps its one.
 */
final class TwoProxies implements ProxyHost, AutoCloseable {
    static final int COUNT = 2;

    private static final Backoff AT_ONCE =
            new Backoff(Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ofMillis(1));
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final List<SupervisedProxy> proxies = new ArrayList<>();
    private final List<Path> directories = new ArrayList<>();
    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private volatile Consumer<PoolId> listener = pool -> {};

    /** Starts both; they dial {@code control}, which they trust by {@code trustBundle}. */
    TwoProxies(PoolId pool, Path jar, String control, Path trustBundle, ProxyTokens tokens, Path directory)
            throws IOException {
        Path token = tokens.fileFor(pool, directory);
        for (int i = 0; i < COUNT; i++) {
            Path own = directory.resolve("proxy-" + i);
            StateDirectory.makePrivate(StateDirectory.proxyState(own));
            List<String> command =
                    new ArrayList<>(new ProxyLaunch(ProxyLaunch.java(jar, null), control, trustBundle, host(i))
                            .command(pool, PATIENCE, own, token));
            command.set(command.indexOf("--name") + 1, pool.name() + "-" + i);
            command.addAll(List.of("--warm-up", "0s", "--event-loops", "1"));
            directories.add(own);
            proxies.add(SupervisedProxy.start(pool, own, command, AT_ONCE, new Random(i), () -> listener.accept(pool)));
        }
    }

    /** The address that the listeners of proxy {@code index} have. */
    static String host(int index) {
        return "127.0.0." + (index + 1);
    }

    /** Kills proxy {@code index} as a crash would, and returns when it is dead; it is started again. */
    void kill(int index) {
        ProcessHandle process = proxies.get(index).process();
        if (process != null) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    /** What {@code /pool} of proxy {@code index} says. */
    JsonNode page(int index) throws IOException, InterruptedException {
        String port = Files.readString(
                        StateDirectory.proxyState(directories.get(index)).resolve("admin.port"))
                .strip();
        return json.readTree(
                get(URI.create("http://127.0.0.1:" + port + "/pool")).body());
    }

    /** One request through proxy {@code index}; the status of the answer. */
    int request(int index, int port) throws IOException, InterruptedException {
        return get(URI.create("http://" + host(index) + ":" + port + "/")).statusCode();
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The last words of both, for a failure's message. */
    String logs() throws IOException {
        StringBuilder text = new StringBuilder();
        for (Path directory : directories) {
            List<String> lines = Files.readAllLines(directory.resolve("proxy.log"));
            lines.subList(Math.max(0, lines.size() - 15), lines.size())
                    .forEach(line -> text.append(line).append('\n'));
        }
        return text.toString();
    }

    @Override
    public void run(PoolSpec spec) {
        // They run already.
    }

    @Override
    public void stop(PoolId pool) {
        proxies.forEach(SupervisedProxy::stop);
    }

    @Override
    public State state(PoolId pool) {
        return new State(COUNT, host(0), "", List.of());
    }

    @Override
    public void onChange(Consumer<PoolId> changed) {
        listener = changed;
    }

    @Override
    public void close() {
        proxies.forEach(SupervisedProxy::stop);
        try {
            for (SupervisedProxy proxy : proxies) {
                proxy.awaitEnd(PATIENCE);
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        http.close();
    }
}
