package io.backendpool.operator.cli;

import org.eclipse.microprofile.config.ConfigProvider;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote down. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "backendpool "
                    + ConfigProvider.getConfig().getValue("quarkus.application.version", String.class)
                    + " (Java " + Runtime.version() + ")"
        };
    }
}
