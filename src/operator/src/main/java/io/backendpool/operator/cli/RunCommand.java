package io.backendpool.operator.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code backendpool run}: the pools of manifests, on this host. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Runs the pools of BackendPool manifests on this host, one proxy process for each, until Ctrl-C.",
            "The files are watched: an edit is live at once, without a restart; a bad edit changes nothing and is said. What"
                    + " the proxies see goes to the terminal, and to FILE.status.yaml beside each manifest."
        },
        footer = {
            "",
            "When the operator is killed its proxies go on; the next one with the same --state-dir takes them over.",
            "Exit codes: 0 stopped, 1 could not run, 2 wrong usage."
        })
final class RunCommand implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "FILE|DIR",
            description = "Manifests, or folders whose *.yaml and *.yml files are manifests.")
    private List<Path> manifests = List.of();

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "0.0.0.0",
            description = "The address that the pools' listeners are bound to. Default: ${DEFAULT-VALUE}, all of IPv4.")
    private String bind = "";

    @Mixin
    private StandaloneArguments arguments = new StandaloneArguments();

    @Override
    public Integer call() {
        return arguments.run(manifests, bind, pools -> () -> {});
    }
}
