package io.backendpool.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiCallsTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "GET, /api/v1/namespaces/shop/services/web, get services",
                "GET, /api/v1/services?labelSelector=a, list services",
                "GET, /apis/discovery.k8s.io/v1/endpointslices?watch=true, watch endpointslices.discovery.k8s.io",
                "PATCH, /apis/apps/v1/namespaces/shop/deployments/web?force=true, patch deployments.apps",
                "PUT, /apis/apps/v1/namespaces/shop/deployments/web/scale, update deployments/scale.apps",
                "PATCH, /apis/backendpool.io/v1alpha1/namespaces/a/backendpools/b/status, patch backendpools/status.backendpool.io",
                "POST, /apis/authentication.k8s.io/v1/tokenreviews, create tokenreviews.authentication.k8s.io",
                "DELETE, /api/v1/namespaces/shop/secrets/a, delete secrets",
                "DELETE, /api/v1/namespaces/shop/secrets, deletecollection secrets",
                "GET, /api/v1/namespaces, list namespaces",
                "GET, /api/v1/namespaces/shop, get namespaces",
                "GET, /version, -",
                "GET, /readyz, -",
            })
    void right_ofACall_isWhatRbacAsksFor(String method, String uri, @Nullable String right) {
        assertThat(ApiCalls.right(method, URI.create("https://127.0.0.1" + uri)))
                .isEqualTo(right);
    }
}
