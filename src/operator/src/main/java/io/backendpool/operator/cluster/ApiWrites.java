package io.backendpool.operator.cluster;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts what the operator writes at the API server, by method, resource and outcome. The Lease's renewals and
 * TokenReviews, which change nothing of a user's, are counted like the others.
 */
final class ApiWrites implements Interceptor {
    private static final Pattern RESOURCE =
            Pattern.compile("/(?:api/v1|apis/[^/]+/[^/]+)(?:/namespaces/[^/]+)?/([a-z]+)(?:/[^/]+(?:/([a-z]+))?)?");

    private final MeterRegistry meters;

    ApiWrites(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        String method = request.method();
        if (!"GET".equals(method)) {
            meters.counter(
                            "backendpool.api.writes",
                            "method",
                            method,
                            "resource",
                            resource(request.uri().getPath()),
                            "code",
                            String.valueOf(response.code()))
                    .increment();
        }
    }

    private static String resource(String path) {
        Matcher matcher = RESOURCE.matcher(path);
        if (!matcher.matches()) {
            return "other";
        }
        return matcher.group(2) == null ? matcher.group(1) : matcher.group(1) + "/" + matcher.group(2);
    }
}
