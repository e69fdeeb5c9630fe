package io.backendpool.operator.resources;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.control.LastKnownGood;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.SnapshotDigest;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastKnownGoodCopyTest {
    private static final PoolId ID = new PoolId("shop", "web");

    @Test
    void of_aPool_isTheFileThatAProxyStartsFrom(@TempDir Path folder) throws IOException {
        PublishedPool pool = published(3);
        LastKnownGoodCopy copy = LastKnownGoodCopy.of(pool);

        assertThat(copy).isInstanceOfSatisfying(LastKnownGoodCopy.Kept.class, kept -> assertThat(kept.revision())
                .isEqualTo(7));
        byte[] file = Base64.getDecoder().decode(((LastKnownGoodCopy.Kept) copy).base64());
        Path mounted = Files.write(folder.resolve("last-known-good.gz"), file);
        assertThat(LastKnownGood.read(mounted, ID)).isEqualTo(new LastKnownGood.Found(pool));
    }

    @Test
    void copy_inABootstrapSecret_isReadBack() {
        PublishedPool pool = published(3);
        String copy = ((LastKnownGoodCopy.Kept) LastKnownGoodCopy.of(pool)).base64();

        assertThat(BootstrapSecret.lastKnownGood(secret(copy), ID)).isEqualTo(new LastKnownGood.Found(pool));
        assertThat(BootstrapSecret.lastKnownGood(secret(copy), new PoolId("shop", "api")))
                .isEqualTo(
                        new LastKnownGood.Unusable(
                                "Secret shop/api-backendpool-bootstrap last-known-good.gz: pool: shop/web (expected: shop/api)"));
        assertThat(BootstrapSecret.lastKnownGood(secret("?"), ID)).isInstanceOf(LastKnownGood.Unusable.class);
        assertThat(BootstrapSecret.lastKnownGood(new Secret(), ID)).isEqualTo(new LastKnownGood.Absent());
        assertThat(BootstrapSecret.lastKnownGood(null, ID)).isEqualTo(new LastKnownGood.Absent());
    }

    private static Secret secret(String copy) {
        return new SecretBuilder()
                .addToData(BootstrapSecret.LAST_KNOWN_GOOD, copy)
                .build();
    }

    @Test
    void of_thePoolAgain_isTheSame_soThatNothingIsWritten() {
        assertThat(LastKnownGoodCopy.of(published(100))).isEqualTo(LastKnownGoodCopy.of(published(100)));
    }

    @Test
    void of_aPoolAboveASecretsSize_isLeftOut_andSaid() {
        LastKnownGoodCopy copy = LastKnownGoodCopy.of(published(200_000));
        assertThat(copy).isInstanceOfSatisfying(LastKnownGoodCopy.TooLarge.class, tooLarge -> {
            assertThat(tooLarge.bytes()).isGreaterThan(LastKnownGoodCopy.MAX_BYTES);
            assertThat(tooLarge.reason()).startsWith("revision 7 is ").contains("(expected: at most 921,600, ");
        });
    }

    @Test
    void of_tenThousandBackends_fits() {
        assertThat(LastKnownGoodCopy.of(published(10_000))).isInstanceOf(LastKnownGoodCopy.Kept.class);
    }

    @Test
    void of_nothing_isNoRevision() {
        assertThat(LastKnownGoodCopy.of(null)).isEqualTo(new LastKnownGoodCopy.NoRevision());
    }

    private static PublishedPool published(int backends) {
        Random random = new Random(42);
        List<Backend> list = new ArrayList<>();
        for (int i = 0; i < backends; i++) {
            String host = "10.%d.%d.%d".formatted(i >> 16, (i >> 8) & 255, i & 255);
            list.add(new Backend(
                    new BackendKey("a", host, 8080),
                    EndpointConditions.READY,
                    "web-" + Long.toString(random.nextLong(), 36)));
        }
        PoolSnapshot snapshot = new PoolSnapshot(
                ID,
                List.of(new Listener("http", 8080, Listener.Protocol.HTTP)),
                List.of(new BackendGroup("a", 100)),
                list,
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null);
        return new PublishedPool(new Revision(7, SnapshotDigest.of(snapshot)), snapshot);
    }
}
