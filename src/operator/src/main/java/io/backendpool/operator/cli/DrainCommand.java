package io.backendpool.operator.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code backendpool drain}: nothing new for a backend or a group. */
@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Sends no new requests and sessions to a backend or to a whole group; what is under way finishes.",
            "It is a BackendPoolOverride beside the pool, so what Git owns stays as it is. `undrain` takes it back."
        },
        footer = {"", "Exit codes: 0 asked for, 1 could not be, 2 wrong usage."})
final class DrainCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "BACKEND|GROUP",
            description =
                    "A group, GROUP/ADDRESS, an address as the status shows it, or the pod or DNS name behind it.")
    private String target = "";

    @Mixin
    private OverrideArguments arguments = new OverrideArguments();

    @Override
    public Integer call() throws IOException {
        return arguments.override(target, null);
    }
}
