package io.backendpool.operator.cli;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.operator.console.OverrideRequest;
import io.backendpool.operator.console.OverrideTarget;
import io.backendpool.operator.console.PoolAccess;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that {@code drain} and {@code weight} share, and what both do. */
final class OverrideArguments {
    @Option(
            names = "--pool",
            paramLabel = "POOL",
            defaultValue = "",
            description = "The pool. May be left out where there is only one.")
    private String pool = "";

    @Option(
            names = "--until",
            paramLabel = "TIME",
            description =
                    "When it ends by itself: a duration such as 30m or 2h, or a time such as 2026-01-31T06:00:00Z."
                            + " Default: when it is taken back with `undrain`.")
    private @Nullable String until;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Why, for people; it is shown in the pool's status.")
    private String reason = "";

    @Mixin
    private PoolArguments arguments = new PoolArguments();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    /** Overrides {@code target}; {@code weight} null: drains it. The result is the exit code. */
    int override(String target, @Nullable Integer weight) throws IOException {
        Instant end = until == null ? null : checked(until);
        try (PoolAccess access = arguments.open(false)) {
            BackendPool found = access.pool(pool);
            OverrideRequest request = request(found, OverrideTarget.find(found, target), weight, end);
            access.apply(request);
            command.commandLine().getOut().println(request);
            command.commandLine().getOut().flush();
            return 0;
        }
    }

    private Instant checked(String text) {
        try {
            return OverrideRequest.until(text, Instant.now());
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(command.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private OverrideRequest request(
            BackendPool found, OverrideTarget target, @Nullable Integer weight, @Nullable Instant end) {
        try {
            return OverrideRequest.of(found, target, weight, end, reason);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(command.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
    }
}
