package io.backendpool.operator.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.operator.certificates.DirectoryCertificateStore;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.SessionKeys.SessionKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionKeyringTest {
    private static final PoolId WEB = new PoolId("shop", "web");

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    Path directory;

    @SuppressWarnings("NullAway.Init") // by setUp
    private DirectoryCertificateStore store;

    private final SettableClock clock = new SettableClock();

    @BeforeEach
    void setUp() throws IOException {
        store = new DirectoryCertificateStore(directory.resolve("certificates"));
    }

    @Test
    void keys_outliveTheOperator_andAreReadableByItsOwnerOnly() throws Exception {
        SessionKeys first = open().keys(WEB);
        assertThat(first.keys()).hasSize(1);
        assertThat(open().keys(WEB)).isEqualTo(first);
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory.resolve("certificates/session-keys"))))
                .isEqualTo("rw-------");
    }

    @Test
    void keys_ofTwoPools_areDifferent() throws Exception {
        SessionKeyring keyring = open();
        assertThat(keyring.keys(WEB).keys().getFirst().secret())
                .isNotEqualTo(keyring.keys(new PoolId("shop", "api"))
                        .keys()
                        .getFirst()
                        .secret());
    }

    @Test
    void newKey_verifiesFirst_thenSigns_andTheOldOneStays() throws Exception {
        SessionKeyring keyring = open();
        SessionKey old = keyring.keys(WEB).keys().getFirst();
        Instant before = clock.now;
        clock.now = before.plus(SessionKeyring.PERIOD).minusSeconds(1);
        keyring.tick();
        assertThat(keyring.keys(WEB).keys()).containsExactly(old);

        clock.now = before.plus(SessionKeyring.PERIOD);
        keyring.tick();
        assertThat(keyring.keys(WEB).keys()).hasSize(2).first().isEqualTo(old);

        clock.now = clock.now.plus(SessionKeyring.LEAD);
        keyring.tick();
        assertThat(keyring.keys(WEB).keys()).hasSize(2).last().isEqualTo(old);
    }

    @Test
    void keys_areAtMostFour_andOneIsGoodForThreePeriods() throws Exception {
        SessionKeyring keyring = open();
        SessionKey first = keyring.keys(WEB).keys().getFirst();
        for (int i = 1; i <= 3; i++) {
            next(keyring);
            assertThat(keyring.keys(WEB).keys()).contains(first).hasSize(i + 1);
        }
        next(keyring);
        assertThat(keyring.keys(WEB).keys()).doesNotContain(first).hasSize(SessionKeys.MAX_KEYS);
    }

    @Test
    void damagedFile_isSetAside_andWhatCanBeReadStays() throws Exception {
        SessionKeys keys = open().keys(WEB);
        Path file = directory.resolve("certificates/session-keys");
        Files.writeString(file, Files.readString(file) + "rubbish\n");
        assertThat(open().keys(WEB)).isEqualTo(keys);
        assertThat(directory.resolve("certificates/session-keys.broken")).exists();
        assertThat(Files.readString(file)).doesNotContain("rubbish");

        Files.writeString(file, "");
        assertThat(open().keys(WEB).keys()).hasSize(1).isNotEqualTo(keys.keys());
    }

    @Test
    void secrets_areNotShown() throws Exception {
        SessionKeys keys = open().keys(WEB);
        assertThat(keys.toString())
                .doesNotContain(List.of(keys.keys().getFirst().secret()));
    }

    private void next(SessionKeyring keyring) throws IOException {
        clock.now = clock.now.plus(SessionKeyring.PERIOD);
        keyring.tick();
    }

    private SessionKeyring open() throws IOException {
        return SessionKeyring.open(store, new SecureRandom(), clock);
    }

    private static final class SettableClock extends Clock {
        private Instant now = Instant.parse("2026-06-15T00:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
