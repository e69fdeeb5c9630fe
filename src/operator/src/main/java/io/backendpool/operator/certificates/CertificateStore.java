package io.backendpool.operator.certificates;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where keys and certificates outlive the operator: a directory, or a Secret. Calls do not overlap. */
public interface CertificateStore {
    /** The text last written under {@code name}, or null where there is none. */
    @Nullable
    String read(String name) throws IOException;

    /** Replaces the whole text of {@code name}: a reader sees the old text or the new, never a part. */
    void write(String name, String text) throws IOException;

    /** Moves {@code name} out of the way, for a human to look at, and says where to. */
    String setAside(String name) throws IOException;
}
