package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.api.v1alpha1.BackendPool;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceAddressTest {
    private static final BackendPool POOL = Serialization.unmarshal(
            "---\n{kind: BackendPool, metadata: {name: a}, spec: {listeners: [{name: http, port: 8080}]}}",
            BackendPool.class);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{spec: {type: ClusterIP, clusterIP: 10.96.12.7}} | 10.96.12.7:8080",
                "{spec: {type: ClusterIP, clusterIP: 'fd00::7'}} | [fd00::7]:8080",
                "{spec: {type: NodePort, clusterIP: 10.96.12.7}} | 10.96.12.7:8080",
                "{spec: {type: ClusterIP, clusterIP: None}} | ''",
                "{spec: {type: ClusterIP}} | ''",
                "{spec: {type: LoadBalancer, clusterIP: 10.96.12.7}} | ''",
                "{spec: {type: LoadBalancer}, status: {loadBalancer: {ingress: [{ip: 203.0.113.9}]}}} | 203.0.113.9:8080",
                "{spec: {type: LoadBalancer}, status: {loadBalancer: {ingress: [{hostname: lb.example.com}]}}} | lb.example.com:8080",
            })
    void address_ofAService_isWhereClientsGo(String service, String expected) {
        assertThat(ServiceAddress.of(Serialization.unmarshal("---\n" + service, Service.class), POOL))
                .isEqualTo(expected);
    }
}
