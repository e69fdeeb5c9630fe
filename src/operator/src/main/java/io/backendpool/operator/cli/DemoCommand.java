package io.backendpool.operator.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Stand-in, replaced by the part that owns the command. */
@Command(name = "demo", mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        return 2;
    }
}
