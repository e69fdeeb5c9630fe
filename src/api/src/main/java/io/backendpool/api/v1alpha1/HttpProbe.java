package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An HTTP request as a probe. */
public class HttpProbe {
    @Default("/")
    @Size(min = 1, max = 1_024)
    @Pattern(Syntax.PATH)
    @JsonPropertyDescription(
            "The path, with a query if need be, that is requested with GET over HTTP/1.1. Starts with '/'; "
                    + "printable ASCII without spaces and '#', up to 1024 characters. Default: /.")
    public @Nullable String path;

    @Size(min = 1, max = 260)
    @Pattern(Syntax.HOST)
    @JsonPropertyDescription("The Host field of the request, such as www.example.com or www.example.com:8080. "
            + "Default: the backend's own address and port.")
    public @Nullable String host;

    @Default("[\"200-299\"]")
    @Size(min = 1, max = 16)
    @JsonPropertyDescription(
            "The status codes that mean success, 1 to 16 entries: a code (\"200\") or the first and the last "
                    + "of a range (\"200-299\"), within 100 to 599. A redirect is not followed. Default: [\"200-299\"].")
    public @Nullable List<@Pattern(Syntax.STATUS_RANGE) @Size(min = 3, max = 7) String> expectedStatuses;
}
