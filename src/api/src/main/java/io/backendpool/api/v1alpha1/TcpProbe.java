package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A TCP connection as a probe. */
public class TcpProbe {
    @Size(min = 1, max = 1_024)
    @Pattern(Syntax.ESCAPED)
    @JsonPropertyDescription(
            "What is sent once the connection is open, such as PING\\r\\n. Text with the escapes \\r, \\n, \\t, \\\\ and "
                    + "\\xHH, up to 1024 characters; in YAML without quotes or in single ones. Absent: nothing.")
    public @Nullable String send;

    @Size(min = 1, max = 1_024)
    @Pattern(Syntax.ESCAPED)
    @JsonPropertyDescription(
            "What the answer must begin with, such as +PONG; written as send is. Absent: a connection that is accepted is a "
                    + "success.")
    public @Nullable String expect;
}
