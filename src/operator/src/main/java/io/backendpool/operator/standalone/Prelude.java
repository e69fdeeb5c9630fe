package io.backendpool.operator.standalone;

import io.backendpool.operator.translate.PoolSpec;
import java.io.IOException;
import java.util.List;

/** What a command does when everything has been checked and before anything runs. */
@FunctionalInterface
public interface Prelude {
    /**
     * Begins.
     *
     * @param pools the valid pools that are about to run
     * @return is closed when everything else has been stopped
     * @throws IOException it cannot; nothing is started then; the message is for people
     */
    AutoCloseable begin(List<PoolSpec> pools) throws IOException;
}
