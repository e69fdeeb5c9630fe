package io.backendpool.operator.standalone;

import java.nio.file.Path;
import java.util.List;

/**
 * How a standalone operator is to run.
 *
 * @param manifests files and directories
 * @param stateDirectory where it remembers
 * @param bind the address of the pools' listeners
 * @param proxyProgram what starts a proxy, without the proxy's own options
 * @param plain lines instead of a table, even on a terminal
 */
public record StandaloneOptions(
        List<Path> manifests, Path stateDirectory, String bind, List<String> proxyProgram, boolean plain) {
    public StandaloneOptions {
        manifests = List.copyOf(manifests);
        proxyProgram = List.copyOf(proxyProgram);
    }

    /** The proxy as it was built: {@code jar} under the JDK that runs this. */
    public static List<String> proxyProgram(Path jar) {
        return ProxyLaunch.java(jar);
    }
}
