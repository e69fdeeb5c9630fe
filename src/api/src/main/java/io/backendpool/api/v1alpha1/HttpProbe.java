package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An HTTP request as a probe. */
@ValidationRule(
        value = "self.method != 'HEAD' || !has(self.body)",
        message = "body with method HEAD (expected: another method, for the answer to HEAD has no body)",
        fieldPath = ".body")
public class HttpProbe {
    @Default("GET")
    @JsonPropertyDescription("The method of the request. Default: GET.")
    public @Nullable Method method;

    @Default("/")
    @Size(min = 1, max = 1_024)
    @Pattern(Syntax.PATH)
    @JsonPropertyDescription(
            "The path, with a query if need be, that is requested, in the protocol that the group of the backend speaks. "
                    + "Starts with '/'; printable ASCII without spaces and '#', up to 1024 characters. Default: /.")
    public @Nullable String path;

    @Size(min = 1, max = 260)
    @Pattern(Syntax.HOST)
    @JsonPropertyDescription("The Host field of the request, such as www.example.com or www.example.com:8080. "
            + "Default: the backend's own address and port.")
    public @Nullable String host;

    @Size(min = 1, max = 16)
    @JsonPropertyDescription("Further fields of the request, 1 to 16. Absent: none.")
    public @Nullable List<Header> headers;

    @Default("[\"200-299\"]")
    @Size(min = 1, max = 16)
    @JsonPropertyDescription(
            "The status codes that mean success, 1 to 16 entries: a code (\"200\") or the first and the last "
                    + "of a range (\"200-299\"), within 100 to 599. A redirect is not followed. Default: [\"200-299\"].")
    public @Nullable List<@Pattern(Syntax.STATUS_RANGE) @Size(min = 3, max = 7) String> expectedStatuses;

    @JsonPropertyDescription("What the body of the answer must hold, too. Absent: anything.")
    public @Nullable Body body;

    /** The method of a probe. */
    public enum Method {
        GET,
        HEAD,
        OPTIONS,
        POST
    }

    /** A field of a probe. */
    @ValidationRule(
            value =
                    "!(self.name.lowerAscii() in ['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade', 'te', "
                            + "'trailer', 'keep-alive'])",
            messageExpression =
                    "self.name + ' (expected: a field that does not frame the message; http.host is the Host field)'",
            message = "expected: a field that does not frame the message",
            fieldPath = ".name")
    public static class Header {
        @Required
        @Size(min = 1, max = 256)
        @Pattern(Syntax.TOKEN)
        @JsonPropertyDescription("Its name.")
        public @Nullable String name;

        @Required
        @Size(max = 1_024)
        @Pattern(Syntax.FIELD_VALUE)
        @JsonPropertyDescription("Its value, without control characters; up to 1024 characters.")
        public @Nullable String value;
    }

    /** What a body must hold. */
    @ValidationRule(
            value = "has(self.contains) != has(self.matches)",
            messageExpression = "(has(self.contains) ? 'contains and matches' : 'neither contains nor matches') + "
                    + "' (expected: exactly one of contains and matches)'",
            message = "expected: exactly one of contains and matches")
    public static class Body {
        @Size(min = 1, max = 256)
        @JsonPropertyDescription("Text that the body must contain, up to 256 characters.")
        public @Nullable String contains;

        @Size(min = 1, max = 256)
        @ValidationRule(
                value = "''.matches(self) ? true : true",
                message = "no regular expression (expected: one in the syntax of RE2)")
        @JsonPropertyDescription(
                "A regular expression that a part of the body must match, in the syntax of RE2: without look-around and back "
                        + "references. Up to 256 characters.")
        public @Nullable String matches;

        @Default("65536")
        @Min(1)
        @Max(1_048_576)
        @JsonPropertyDescription("How many bytes of the body are read at most. 1 to 1048576. Default: 65536.")
        public @Nullable Integer limit;
    }
}
