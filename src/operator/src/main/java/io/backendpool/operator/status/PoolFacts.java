package io.backendpool.operator.status;

import io.backendpool.control.PublishedPool;
import io.backendpool.operator.certificates.CertificateExpiry;
import io.backendpool.operator.control.ConnectedProxy;
import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.operator.translate.Translation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a status is made of.
 *
 * @param spec the live one: the last that was good
 * @param translation what it came to
 * @param published what proxies are to run
 * @param proxies those with an open stream
 * @param desired how many proxies there should be
 * @param address where clients reach the pool; empty: not known
 * @param selector the label selector of the proxies' pods; empty: they are no pods
 * @param sourceProblems one sentence for each thing wrong with a newer manifest, which was not taken over
 * @param proxyProblems one sentence for each proxy that does not run as it should
 * @param certificates of the control channel
 * @param takeOver while the proxies are yet to dial an operator that has just begun; null: they had their time
 */
public record PoolFacts(
        PoolSpec spec,
        Translation translation,
        PublishedPool published,
        List<ConnectedProxy> proxies,
        int desired,
        String address,
        String selector,
        List<String> sourceProblems,
        List<String> proxyProblems,
        CertificateExpiry certificates,
        @Nullable TakeOver takeOver) {
    public PoolFacts {
        proxies = List.copyOf(proxies);
        sourceProblems = List.copyOf(sourceProblems);
        proxyProblems = List.copyOf(proxyProblems);
    }
}
