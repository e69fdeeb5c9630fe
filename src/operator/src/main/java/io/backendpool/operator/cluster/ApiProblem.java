package io.backendpool.operator.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import org.jspecify.annotations.Nullable;

/** Failures of the API server in words. */
final class ApiProblem {
    private static final int FORBIDDEN = 403;
    private static final int CONFLICT = 409;

    private ApiProblem() {}

    /** What went wrong, for people. The API server's own sentence names verb and resource where a right is missing. */
    static String of(Throwable failure) {
        KubernetesClientException answer = answer(failure);
        if (answer != null && answer.getStatus() != null && answer.getStatus().getMessage() != null) {
            String message = answer.getStatus().getMessage();
            return answer.getCode() == FORBIDDEN ? message + " (expected: a Role that grants it)" : message;
        }
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        String message = deepest.getMessage();
        return message == null ? deepest.getClass().getSimpleName() : message;
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
