package io.backendpool.operator.cli;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.operator.console.OverrideTarget;
import io.backendpool.operator.console.PoolAccess;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code backendpool undrain}: back to what the manifest says. */
@Command(
        name = "undrain",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Takes back what `drain` or `weight` said of a backend or of a group, whoever said it.",
            "A backend whose group is drained is undrained with its group."
        },
        footer = {"", "Exit codes: 0 taken back, 1 there was nothing or it could not be, 2 wrong usage."})
final class UndrainCommand implements Callable<Integer> {
    private static final int NOTHING = 1;

    @Parameters(
            paramLabel = "BACKEND|GROUP",
            description =
                    "A group, GROUP/ADDRESS, an address as the status shows it, or the pod or DNS name behind it.")
    private String target = "";

    @Option(
            names = "--pool",
            paramLabel = "POOL",
            defaultValue = "",
            description = "The pool. May be left out where there is only one.")
    private String pool = "";

    @Mixin
    private PoolArguments arguments = new PoolArguments();

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        try (PoolAccess access = arguments.open(false)) {
            BackendPool found = access.pool(pool);
            OverrideTarget about = OverrideTarget.find(found, target);
            List<String> removed = access.remove(found, about);
            if (removed.isEmpty()) {
                PrintWriter err = command.commandLine().getErr();
                err.println("%s: no override of %s".formatted(PoolAccess.title(found), about));
                err.flush();
                return NOTHING;
            }
            PrintWriter out = command.commandLine().getOut();
            out.println("%s: %s as the manifest says; removed: %s"
                    .formatted(PoolAccess.title(found), about, String.join(", ", removed)));
            out.flush();
            return 0;
        }
    }
}
