package io.backendpool.operator.dns;

import java.io.IOException;
import java.util.List;

/** What names stood for before this operator began. Asked only where the first lookup of a name fails. */
@FunctionalInterface
public interface FormerAnswers {
    /**
     * The last addresses of {@code name}, IP literals; empty: none are known. May block.
     *
     * @throws IOException they cannot be read now
     */
    List<String> of(String name) throws IOException;
}
