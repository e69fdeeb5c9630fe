package io.backendpool.operator.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Failures of the API server in words. */
public final class ApiProblem {
    private static final int FORBIDDEN = 403;
    private static final int CONFLICT = 409;

    private static final String FORBIDDEN_AND_NO_MORE = "Forbidden";
    private static final Pattern ADDRESS = Pattern.compile(
            "GET at: [a-z]+://[^/ ]+/(?:api/v1|apis/[^/ ]+/[^/ ]+)(?:/namespaces/([^/ ]+))?/([a-z]+)(\\S*)");

    private ApiProblem() {}

    /** What went wrong, for people. The API server's own sentence names verb and resource where a right is missing. */
    public static String of(Throwable failure) {
        KubernetesClientException answer = answer(failure);
        if (answer != null && answer.getStatus() != null && answer.getStatus().getMessage() != null) {
            String message = answer.getStatus().getMessage();
            if (FORBIDDEN_AND_NO_MORE.equals(message)) {
                message = whatWasForbidden(answer);
            }
            return answer.getCode() == FORBIDDEN ? message + " (expected: a Role that grants it)" : message;
        }
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        String message = deepest.getMessage();
        return message == null ? deepest.getClass().getSimpleName() : message;
    }

    /** To a watch the API server answers one word: what was asked for is in the address. */
    private static String whatWasForbidden(KubernetesClientException answer) {
        Matcher address = ADDRESS.matcher(String.valueOf(answer.getMessage()));
        if (!address.find()) {
            return FORBIDDEN_AND_NO_MORE;
        }
        String namespace = address.group(1) == null ? "" : " in the namespace \"" + address.group(1) + "\"";
        String verb = address.group(3).contains("watch=true") ? "watch" : "get";
        return "%s is forbidden: the operator cannot %s resource \"%s\"%s"
                .formatted(address.group(2), verb, address.group(2), namespace);
    }

    static boolean isForbidden(Throwable failure) {
        return code(failure) == FORBIDDEN;
    }

    static boolean isConflict(Throwable failure) {
        return code(failure) == CONFLICT;
    }

    /** The HTTP status; 0: there was no answer. */
    static int code(Throwable failure) {
        KubernetesClientException answer = answer(failure);
        return answer == null ? 0 : answer.getCode();
    }

    private static @Nullable KubernetesClientException answer(Throwable failure) {
        Throwable cause = failure;
        while (cause != null) {
            if (cause instanceof KubernetesClientException answer) {
                return answer;
            }
            cause = cause.getCause();
        }
        return null;
    }
}
