package io.backendpool.operator.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code backendpool weight}: another weight than the manifest's. */
@Command(
        name = "weight",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Gives a group another weight than its manifest does, or a backend a percentage of its share.",
            "It is a BackendPoolOverride beside the pool, so what Git owns stays as it is. `undrain` takes it back."
        },
        footer = {"", "Exit codes: 0 asked for, 1 could not be, 2 wrong usage."})
final class WeightCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "GROUP|BACKEND",
            description =
                    "A group, GROUP/ADDRESS, an address as the status shows it, or the pod or DNS name behind it.")
    private String target = "";

    @Parameters(
            index = "1",
            paramLabel = "N",
            description = "Of a group its weight, 0 to 1000000; of a backend its share in percent, 0 to 100.")
    private int weight;

    @Mixin
    private OverrideArguments arguments = new OverrideArguments();

    @Override
    public Integer call() throws IOException {
        return arguments.override(target, weight);
    }
}
