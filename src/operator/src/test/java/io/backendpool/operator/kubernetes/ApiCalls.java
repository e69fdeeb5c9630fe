package io.backendpool.operator.kubernetes;

import io.backendpool.operator.resources.ApiAccess;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Records what a client asks of the API server, as the rights that it takes, and counts what it writes. Any thread. */
public final class ApiCalls implements Interceptor {
    private static final Pattern RESOURCE = Pattern.compile(
            "/api(?:s/(?<group>[^/]+))?/[^/]+(?:/namespaces/(?<namespace>[^/]+))?/(?<resource>[^/]+)(?:/(?<name>[^/]+)(?:/(?<sub>[^/]+))?)?");

    private final Set<String> rights = new ConcurrentSkipListSet<>();
    private final AtomicInteger writes = new AtomicInteger();

    /** A client whose calls are recorded here. */
    public KubernetesClient client(Config config) {
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("calls", this))
                .build();
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        if (!request.method().equals("GET")) {
            writes.incrementAndGet();
        }
        String right = right(request.method(), request.uri());
        if (right != null) {
            rights.add(right);
        }
    }

    /** The right that a call takes, as {@link ApiAccess#right} names it; null: none, as for /version. */
    static @Nullable String right(String method, URI uri) {
        Matcher path = RESOURCE.matcher(uri.getPath());
        if (!path.matches()) {
            return null;
        }
        String sub = path.group("sub");
        String group = path.group("group");
        return ApiAccess.right(
                verb(method, path.group("name") != null, uri.getQuery()),
                group == null ? "" : group,
                path.group("resource") + (sub == null ? "" : "/" + sub));
    }

    private static String verb(String method, boolean isNamed, @Nullable String query) {
        return switch (method) {
            case "GET" -> {
                if (query != null && (query.contains("watch=true") || query.contains("watch=1"))) {
                    yield "watch";
                }
                yield isNamed ? "get" : "list";
            }
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> isNamed ? "delete" : "deletecollection";
            default -> method;
        };
    }

    /** All rights that were needed so far. */
    public Set<String> rights() {
        return Set.copyOf(rights);
    }

    /** How many calls so far were not reads. */
    public int writes() {
        return writes.get();
    }
}
