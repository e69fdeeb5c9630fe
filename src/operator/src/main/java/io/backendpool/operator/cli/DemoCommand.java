package io.backendpool.operator.cli;

import io.backendpool.operator.demo.SampleBackend;
import io.backendpool.operator.demo.SampleBackends;
import io.backendpool.operator.standalone.Ports;
import io.backendpool.operator.translate.BackendAddress;
import io.backendpool.operator.translate.PoolSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code backendpool demo}: the quick start, with backends to play with. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Runs examples/quickstart.yaml of this checkout on loopback, with a sample backend for each of its addresses, and"
                    + " shows what happens. Edit the file, kill a backend, watch.",
        },
        footer = {"", "Ctrl-C stops everything. Exit codes: 0 stopped, 1 could not run, 2 wrong usage."})
final class DemoCommand implements Callable<Integer> {
    private static final String LOOPBACK = "127.0.0.1";

    @Mixin
    private StandaloneArguments arguments = new StandaloneArguments();

    @Override
    public Integer call() {
        Path home = Path.of(System.getProperty("backendpool.home", "."));
        Path manifest = shown(home.resolve("examples").resolve("quickstart.yaml"));
        return arguments.run(List.of(manifest), LOOPBACK, pools -> begin(manifest, pools, System.out));
    }

    /** As the user would write it from where they are. */
    private static Path shown(Path file) {
        Path here = Path.of("").toAbsolutePath();
        Path absolute = file.toAbsolutePath().normalize();
        return absolute.startsWith(here) ? here.relativize(absolute) : absolute;
    }

    private static SampleBackends begin(Path manifest, List<PoolSpec> pools, PrintStream out) throws IOException {
        SampleBackends backends = new SampleBackends();
        try {
            for (PoolSpec pool : pools) {
                for (PoolSpec.Group group : pool.groups()) {
                    requireFree(group);
                }
            }
            for (PoolSpec pool : pools) {
                for (PoolSpec.Group group : pool.groups()) {
                    start(backends, group);
                }
            }
            backends.awaitReady();
        } catch (IOException failed) {
            backends.close();
            throw failed;
        }
        say(manifest, pools, backends, out);
        return backends;
    }

    private static void requireFree(PoolSpec.Group group) throws IOException {
        for (BackendAddress address : local(group)) {
            if (!Ports.free(address.host(), address.port())) {
                throw new IOException(
                        ("port %d of sample backend %s is taken by another program (expected: free; give the"
                                        + " group another address in examples/quickstart.yaml)")
                                .formatted(address.port(), group.name()));
            }
        }
    }

    private static void start(SampleBackends backends, PoolSpec.Group group) throws IOException {
        List<BackendAddress> addresses = local(group);
        for (int i = 0; i < addresses.size(); i++) {
            String name = addresses.size() == 1 ? group.name() : group.name() + "-" + (i + 1);
            backends.start(
                    classes(), name, addresses.get(i).host(), addresses.get(i).port());
        }
    }

    /** A group with addresses elsewhere has backends of the user's own. */
    private static List<BackendAddress> local(PoolSpec.Group group) {
        return switch (group.source()) {
            case PoolSpec.Addresses(List<BackendAddress> addresses) ->
                addresses.stream()
                        .filter(address -> address.host().startsWith("127.")
                                || address.host().equals("0:0:0:0:0:0:0:1")
                                || address.host().equals("localhost"))
                        .toList();
            case PoolSpec.Service service -> List.of();
        };
    }

    private static Path classes() throws IOException {
        try {
            Path classes = Path.of(SampleBackend.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            if (Files.exists(classes)) {
                return classes;
            }
            throw new IOException("sample backends: their classes are not at " + classes);
        } catch (URISyntaxException notOnDisk) {
            throw new IOException("sample backends: their classes are not on disk", notOnDisk);
        }
    }

    private static void say(Path manifest, List<PoolSpec> pools, SampleBackends backends, PrintStream out) {
        String url = "http://" + LOOPBACK + ":"
                + pools.getFirst().listeners().getFirst().port() + "/";
        out.println();
        out.println("Sample backends:");
        for (SampleBackends.Running backend : backends.running()) {
            out.printf(
                    "  %-10s %s:%d  pid %d%n",
                    backend.name(),
                    backend.host(),
                    backend.port(),
                    backend.process().pid());
        }
        out.println();
        out.println("Send requests:     curl -i " + url);
        out.println("Many of them:      while sleep 0.01; do curl -s " + url + "; done");
        if (!backends.running().isEmpty()) {
            SampleBackends.Running first = backends.running().getFirst();
            out.printf(
                    "Kill a backend:    kill %d   (no request fails; the table says why it is out)%n",
                    first.process().pid());
            out.printf(
                    "Bring it back:     ./backendpool sample-backend --name %s --port %d%n",
                    first.name(), first.port());
        }
        out.println("Change a weight:   edit " + manifest + " and save it");
        out.println("Read the status:   cat " + manifest + ".status.yaml");
        out.println("Stop:              Ctrl-C");
        out.println();
        out.flush();
    }
}
