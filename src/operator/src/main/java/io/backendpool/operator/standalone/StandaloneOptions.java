package io.backendpool.operator.standalone;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a standalone operator is to run.
 *
 * @param manifests files and directories
 * @param secrets folders in which the folders of Secrets are looked for, the first that has one counts; not empty
 * @param stateDirectory where it remembers
 * @param bind the address of the pools' listeners
 * @param proxyProgram what starts a proxy, without the proxy's own options
 * @param plain lines instead of a table, even on a terminal
 */
public record StandaloneOptions(
        List<Path> manifests,
        List<Path> secrets,
        Path stateDirectory,
        String bind,
        List<String> proxyProgram,
        boolean plain) {
    public StandaloneOptions {
        manifests = List.copyOf(manifests);
        secrets = List.copyOf(secrets);
        proxyProgram = List.copyOf(proxyProgram);
    }

    /** Where Secrets are looked for when the user says nothing: {@code secrets} beside each manifest, or in its folder. */
    public static List<Path> secretsBeside(List<Path> manifests) {
        return manifests.stream()
                .map(manifest -> manifest.toAbsolutePath().normalize())
                .map(manifest ->
                        Files.isDirectory(manifest) ? manifest.resolve("secrets") : manifest.resolveSibling("secrets"))
                .distinct()
                .toList();
    }

    /**
     * The proxy as it was built: {@code jar} under the JDK that runs this.
     *
     * @param aotCache the ahead-of-time cache of the proxy; null: none
     */
    public static List<String> proxyProgram(Path jar, @Nullable Path aotCache) {
        return ProxyLaunch.java(jar, aotCache);
    }
}
