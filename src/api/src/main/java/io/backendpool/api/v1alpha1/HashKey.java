package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What of a request is hashed. */
@ValidationRule(
        value = "[has(self.header), has(self.cookie), has(self.queryParameter), has(self.path), has(self.serverName), "
                + "has(self.clientIP)].filter(given, given).size() == 1",
        message =
                "none or several (expected: exactly one of header, cookie, queryParameter, path, serverName and clientIP)")
public class HashKey {
    @Size(min = 1, max = 256)
    @Pattern(Syntax.TOKEN)
    @JsonPropertyDescription(
            "The value of this header field, in any case of letters; the first where there are several. Requests of HTTP only.")
    public @Nullable String header;

    @Size(min = 1, max = 256)
    @Pattern(Syntax.TOKEN)
    @JsonPropertyDescription("The value of this cookie. Requests of HTTP only.")
    public @Nullable String cookie;

    @Size(min = 1, max = 256)
    @JsonPropertyDescription(
            "The value of this query parameter as it is written, percent-encoding included; the first where there are several. "
                    + "Requests of HTTP only.")
    public @Nullable String queryParameter;

    @JsonPropertyDescription("The path of the request, without the query. Written as path: {}. Requests of HTTP only.")
    public @Nullable Whole path;

    @JsonPropertyDescription(
            "The server name that the client asks for in its TLS handshake. Written as serverName: {}. Listeners of protocol "
                    + "HTTPS and TLS only.")
    public @Nullable Whole serverName;

    @JsonPropertyDescription("The client's address, or a part of it. Written as clientIP: {} for all of it.")
    public @Nullable AddressPrefix clientIP;

    /** All of it: there is nothing to set. */
    public static class Whole {}
}
