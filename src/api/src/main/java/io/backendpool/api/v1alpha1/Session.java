package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** How a client is kept on its backend. */
@ValidationRule(
        value = "[has(self.cookie), has(self.learnt), has(self.sourceIP)].filter(given, given).size() == 1",
        message = "none or several (expected: exactly one of cookie, learnt and sourceIP)")
public class Session {
    @JsonPropertyDescription(
            "A cookie that the proxies make: opaque, signed and HttpOnly. Written as cookie: {} for the defaults.")
    public @Nullable Cookie cookie;

    @JsonPropertyDescription("A cookie or a header field that the application gives itself.")
    public @Nullable Learnt learnt;

    @JsonPropertyDescription("The client's address, or a part of it. Written as sourceIP: {} for all of it.")
    public @Nullable AddressPrefix sourceIP;

    @Default("Rebalance")
    @JsonPropertyDescription(
            "What becomes of a session whose backend cannot serve it. Rebalance: it goes to another backend and stays there. "
                    + "Fail: its requests are answered with 503. Default: Rebalance.")
    public @Nullable OnUnavailable onUnavailable;

    /** What becomes of a session without its backend. */
    public enum OnUnavailable {
        Rebalance,
        Fail
    }

    /** A cookie that the proxies make. */
    @ValidationRule(
            value =
                    "!has(self.ttl) || (duration(self.ttl) >= duration('1s') && duration(self.ttl) <= duration('9600h'))",
            messageExpression = "self.ttl + ' (expected: 1s to 9600h, which is 400 days)'",
            message = "expected: 1s to 9600h",
            fieldPath = ".ttl")
    @ValidationRule(
            value = "self.prefix != 'Host' || (self.path == '/' && !has(self.domain))",
            message =
                    "Host with a domain or a path (expected: no domain, and the path /, else browsers drop the cookie)",
            fieldPath = ".prefix")
    @ValidationRule(
            value = "self.secure != 'Never' || (self.prefix == 'None' && self.sameSite != 'None')",
            message =
                    "Never with a prefix or with sameSite None (expected: Always or Auto, else browsers drop the cookie)",
            fieldPath = ".secure")
    public static class Cookie {
        @Default("backendpool")
        @Size(min = 1, max = 64)
        @Pattern(Syntax.TOKEN)
        @JsonPropertyDescription("Its name, without the prefix. Default: backendpool.")
        public @Nullable String name;

        @Size(min = 2, max = 32)
        @Pattern(Syntax.WHOLE_SECONDS)
        @JsonPropertyDescription(
                "How long browsers keep it, in whole seconds, such as 30m or 24h; at most 9600h. Absent: until the browser is "
                        + "closed.")
        public @Nullable String ttl;

        @Default("/")
        @Size(min = 1, max = 256)
        @Pattern(Syntax.COOKIE_PATH)
        @JsonPropertyDescription("The paths that it is for. Starts with '/'. Default: /.")
        public @Nullable String path;

        @Size(min = 1, max = 253)
        @Pattern(Syntax.SERVER_NAME)
        @JsonPropertyDescription(
                "The domain that it is for, its subdomains included. Absent: only the host that was asked.")
        public @Nullable String domain;

        @Default("Lax")
        @JsonPropertyDescription(
                "Which requests from other sites carry it. Lax: those that follow a link. Strict: none. None: all; needs TLS. "
                        + "Default: Lax.")
        public @Nullable SameSite sameSite;

        @Default("Auto")
        @JsonPropertyDescription(
                "Whether it is for TLS only. Auto: where it was given over TLS. Always: also where TLS ends in front of the "
                        + "proxies. Never. Default: Auto.")
        public @Nullable Secure secure;

        @Default("None")
        @JsonPropertyDescription(
                "What browsers check by its name. Host: __Host-, so of this host only, for all paths, over TLS. Secure: "
                        + "__Secure-, so over TLS. None. Default: None.")
        public @Nullable Prefix prefix;
    }

    /** Which requests from other sites carry a cookie. */
    public enum SameSite {
        Lax,
        Strict,
        None
    }

    /** Whether a cookie is for TLS only. */
    public enum Secure {
        Auto,
        Always,
        Never
    }

    /** What a cookie's name begins with. */
    public enum Prefix {
        None,
        Host,
        Secure
    }

    /** What the application gives itself. */
    @ValidationRule(
            value = "has(self.cookie) != has(self.header)",
            messageExpression = "(has(self.cookie) ? 'cookie and header' : 'neither cookie nor header') + "
                    + "' (expected: exactly one of cookie and header)'",
            message = "expected: exactly one of cookie and header")
    public static class Learnt {
        @Size(min = 1, max = 256)
        @Pattern(Syntax.TOKEN)
        @JsonPropertyDescription(
                "The name of a cookie that the application sets, such as JSESSIONID: requests that bear its value go where it "
                        + "was set.")
        public @Nullable String cookie;

        @Size(min = 1, max = 256)
        @Pattern(Syntax.TOKEN)
        @JsonPropertyDescription(
                "The name of a header field that the application answers with and clients send from then on, such as "
                        + "x-session.")
        public @Nullable String header;
    }
}
