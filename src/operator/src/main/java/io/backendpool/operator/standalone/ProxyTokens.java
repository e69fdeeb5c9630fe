package io.backendpool.operator.standalone;

import io.backendpool.control.AtomicFile;
import io.backendpool.operator.control.TokenVerifier;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One random token of 256 bits for each pool, in a file that only its owner can read. It outlives the operator, so that
 * proxies that go on without it are let in again. Thread-safe.
 */
final class ProxyTokens implements TokenVerifier {
    private static final int BYTES = 32;

    private final SecureRandom random;
    private final Map<PoolId, byte[]> tokens = new ConcurrentHashMap<>();

    ProxyTokens(SecureRandom random) {
        this.random = random;
    }

    /** The file with the token of {@code pool}; made where it is absent. */
    Path fileFor(PoolId pool, Path directory) throws IOException {
        Path file = directory.resolve("token");
        String token;
        try {
            token = Files.readString(file).strip();
        } catch (NoSuchFileException first) {
            byte[] bytes = new byte[BYTES];
            random.nextBytes(bytes);
            token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            AtomicFile.writePrivate(file, token + "\n");
        }
        tokens.put(pool, token.getBytes(StandardCharsets.UTF_8));
        return file;
    }

    /** The token opens nothing any more. */
    void forget(PoolId pool) {
        tokens.remove(pool);
    }

    @Override
    public @Nullable PoolId verify(String token) {
        byte[] given = token.getBytes(StandardCharsets.UTF_8);
        PoolId match = null;
        // Each is compared, in constant time: how long it takes tells nothing.
        for (Map.Entry<PoolId, byte[]> entry : tokens.entrySet()) {
            if (MessageDigest.isEqual(entry.getValue(), given)) {
                match = entry.getKey();
            }
        }
        return match;
    }
}
