package io.backendpool.proxy;

import picocli.CommandLine.IVersionProvider;

/** The version of this software, as its jar says; {@code development} where it runs from classes. */
final class ProxyVersion implements IVersionProvider {
    static String current() {
        String version = ProxyVersion.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"backendpool-proxy " + current()};
    }
}
