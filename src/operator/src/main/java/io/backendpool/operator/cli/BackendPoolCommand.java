package io.backendpool.operator.cli;

import io.quarkus.picocli.runtime.annotations.TopCommand;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code backendpool}: the entry of every command. */
@TopCommand
@Command(
        name = "backendpool",
        description = "A load balancer from one BackendPool manifest, with a status that tells the truth.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            ValidateCommand.class,
            StatusCommand.class,
            DrainCommand.class,
            UndrainCommand.class,
            WeightCommand.class,
            OperateCommand.class,
            SampleBackendCommand.class,
            AutoComplete.GenerateCompletion.class
        },
        footer = {"", "Start here: ./backendpool demo"})
public final class BackendPoolCommand {}
