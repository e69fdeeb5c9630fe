package io.backendpool.proxy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether this JVM runs on the ahead-of-time cache that it was given (JEP 483). The JVM's own words about one that does not
 * fit are many and no explanation, so they are switched off where it is started, and this says it. Any thread.
 */
final class AotCache {
    private static final String OPTION = "-XX:AOTCache=";

    private AotCache() {}

    /** Why the cache that this process was given is not used, in one sentence; null: it is, or there is none. */
    static @Nullable String problem() {
        try {
            String commandLine = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.ISO_8859_1);
            return problem(
                    List.of(commandLine.split("\0", -1)),
                    Files.readString(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1));
        } catch (IOException notLinux) {
            return null;
        }
    }

    /**
     * The same for a process.
     *
     * @param arguments its command line
     * @param maps what it has mapped, as /proc shows it: the JVM maps the cache that it uses
     */
    static @Nullable String problem(List<String> arguments, String maps) {
        for (String argument : arguments) {
            if (argument.startsWith(OPTION)) {
                Path cache = Path.of(argument.substring(OPTION.length()));
                return maps.lines().anyMatch(line -> line.endsWith("/" + cache.getFileName()))
                        ? null
                        : "the AOT cache %s is not used (expected: one that this JVM has made from these jars): the start takes longer"
                                .formatted(cache);
            }
        }
        return null;
    }
}
