package io.backendpool.operator.secrets;

import io.backendpool.operator.translate.SecretId;
import io.backendpool.pool.Certificate;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What proxies were given before this operator started, so that its restart takes no certificate away whose Secret has
 * become bad since. May read files or ask an API server.
 */
public interface PastCertificates {
    /** There is no past. */
    PastCertificates NONE = secret -> null;

    /** The content of {@code secret} as it was published last; null: nothing is known of it. */
    @Nullable
    Map<String, byte[]> find(SecretId secret);

    /** {@code certificate} in the form of a Secret's content. */
    static Map<String, byte[]> content(Certificate certificate) {
        return Map.of(
                SecretReader.CERTIFICATE,
                certificate.chain().getBytes(StandardCharsets.US_ASCII),
                SecretReader.KEY,
                certificate.key().getBytes(StandardCharsets.US_ASCII));
    }
}
