package io.backendpool.operator.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final CertificatePolicy POLICY = new CertificatePolicy(
            List.of("localhost", "127.0.0.1", "::1"), Duration.ofDays(300), Duration.ofDays(30), Duration.ofDays(1));

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    Path parent;

    @SuppressWarnings("NullAway.Init") // by setUp
    private Path directory;

    @SuppressWarnings("NullAway.Init") // by setUp
    private DirectoryCertificateStore store;

    private final MovedClock clock = new MovedClock();

    @BeforeEach
    void setUp() throws Exception {
        directory = parent.resolve("certificates");
        store = new DirectoryCertificateStore(directory);
    }

    @Test
    void first_makesACaAndAServerCertificate_thatItSigned() throws Exception {
        CertificateAuthority authority = open();
        X509Certificate server = authority.server().chain().get(0);
        X509Certificate ca = authority.server().chain().get(1);
        server.verify(ca.getPublicKey());
        assertThat(server.getSubjectAlternativeNames().stream()
                        .map(name -> String.valueOf(name.get(1)))
                        .toList())
                .containsExactly("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
        assertThat(authority.serverNotAfter()).isEqualTo(START.plus(Duration.ofDays(30)));
        assertThat(authority.caNotAfter()).isEqualTo(START.plus(Duration.ofDays(300)));
        assertThat(authority.trustBundle()).doesNotContain("PRIVATE");
        assertThat(Files.readString(store.trustBundle())).isEqualTo(authority.trustBundle());
    }

    @Test
    void files_areTheirOwnersAlone() throws Exception {
        open();
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            }
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
    }

    @Test
    void reopened_isTheSame() throws Exception {
        CertificateAuthority first = open();
        CertificateAuthority second = open();
        assertThat(second.server()).isEqualTo(first.server());
        assertThat(second.trustBundle()).isEqualTo(first.trustBundle());
    }

    @Test
    void rotate_makesACaThatSignsAfterTheOverlap() throws Exception {
        CertificateAuthority authority = open();
        X509Certificate before = authority.server().chain().get(1);
        authority.rotate();
        authority.rotate();
        assertThat(authority.trustBundle().split("BEGIN CERTIFICATE", -1))
                .as("two CAs")
                .hasSize(3);
        assertThat(authority.server().chain().get(1)).isEqualTo(before);
        clock.now = START.plus(Duration.ofDays(1));
        authority.tick();
        // Of two that are past their overlap the newest signs.
        assertThat(authority.server().chain().get(1)).isNotEqualTo(before);
        authority
                .server()
                .chain()
                .get(0)
                .verify(authority.server().chain().get(1).getPublicKey());
        assertThat(open().trustBundle()).isEqualTo(authority.trustBundle());
    }

    @Test
    void tick_afterAnotherOperatorHasRotated_takesItsCa() throws Exception {
        CertificateAuthority one = open();
        CertificateAuthority other = open();
        other.rotate();
        one.tick();
        assertThat(one.trustBundle()).isEqualTo(other.trustBundle());
        assertThat(Files.readString(store.trustBundle())).isEqualTo(other.trustBundle());
    }

    @Test
    void tick_afterTheStoreWasEmptied_putsBackWhatIsInUse() throws Exception {
        CertificateAuthority authority = open();
        for (String name : List.of("authorities.pem", "server.pem", "trust.pem")) {
            Files.delete(directory.resolve(name));
        }
        authority.tick();
        assertThat(open().server()).isEqualTo(authority.server());
    }

    @Test
    void serverCertificate_isRenewedAtTwoThirdsOfItsLife() throws Exception {
        CertificateAuthority authority = open();
        ServerIdentity first = authority.server();
        clock.now = START.plus(Duration.ofDays(20)).minusSeconds(1);
        authority.tick();
        assertThat(authority.server()).isEqualTo(first);
        clock.now = START.plus(Duration.ofDays(20));
        authority.tick();
        assertThat(authority.serverNotAfter()).isEqualTo(START.plus(Duration.ofDays(50)));
        assertThat(authority.server().chain().get(1)).isEqualTo(first.chain().get(1));
        assertThat(open().server()).isEqualTo(authority.server());
    }

    @Test
    void caRotation_trustsTheNewBeforeItSigns_andTheOldUntilItExpires() throws Exception {
        CertificateAuthority authority = open();
        X509Certificate firstCa = authority.server().chain().get(1);
        String firstBundle = authority.trustBundle();

        clock.now = START.plus(Duration.ofDays(200));
        authority.tick();
        assertThat(authority.server().chain().get(1)).isEqualTo(firstCa);
        String both = authority.trustBundle();
        assertThat(both).startsWith(firstBundle);
        assertThat(both.length()).isGreaterThan(firstBundle.length());

        clock.now = START.plus(Duration.ofDays(201));
        authority.tick();
        X509Certificate secondCa = authority.server().chain().get(1);
        assertThat(secondCa).isNotEqualTo(firstCa);
        authority.server().chain().get(0).verify(secondCa.getPublicKey());
        assertThat(authority.trustBundle()).isEqualTo(both);

        clock.now = START.plus(Duration.ofDays(300));
        authority.tick();
        assertThat(authority.trustBundle()).isEqualTo(both.substring(firstBundle.length()));
        assertThat(Files.readString(store.trustBundle())).isEqualTo(authority.trustBundle());
    }

    @Test
    void afterAYearAway_everythingIsNew_atOnce() throws Exception {
        open();
        clock.now = START.plus(Duration.ofDays(400));
        CertificateAuthority authority = open();
        assertThat(authority.caNotAfter()).isEqualTo(START.plus(Duration.ofDays(700)));
        assertThat(authority.serverNotAfter()).isEqualTo(START.plus(Duration.ofDays(430)));
    }

    @Test
    void serverCertificate_neverOutlivesItsCa() throws Exception {
        CertificatePolicy even =
                new CertificatePolicy(List.of("localhost"), Duration.ofDays(30), Duration.ofDays(30), Duration.ZERO);
        CertificateAuthority authority = CertificateAuthority.open(store, even, clock);
        clock.now = START.plus(Duration.ofDays(19));
        Files.delete(directory.resolve(CertificateAuthority.SERVER));
        assertThat(CertificateAuthority.open(store, even, clock).serverNotAfter())
                .isEqualTo(authority.caNotAfter());
    }

    @Test
    void corruptAuthorities_areSetAside_andMadeAnew() throws Exception {
        String before = open().trustBundle();
        Path file = directory.resolve(CertificateAuthority.AUTHORITIES);
        Files.writeString(file, "half a fi");
        CertificateAuthority authority = open();
        assertThat(authority.trustBundle()).isNotEqualTo(before);
        assertThat(directory.resolve("authorities.pem.broken")).hasContent("half a fi");
        authority
                .server()
                .chain()
                .get(0)
                .verify(authority.server().chain().get(1).getPublicKey());
    }

    @Test
    void authoritiesCutInHalf_areSetAside() throws Exception {
        open();
        Path file = directory.resolve(CertificateAuthority.AUTHORITIES);
        String text = Files.readString(file);
        for (int length = 0; length < text.length() - 1; length += 37) {
            Files.writeString(file, text.substring(0, length));
            open();
            assertThat(directory.resolve("authorities.pem.broken")).hasContent(text.substring(0, length));
        }
    }

    @Test
    void keyOfAnotherCertificate_isSetAside() throws Exception {
        open();
        Path file = directory.resolve(CertificateAuthority.AUTHORITIES);
        String first = Files.readString(file);
        Files.delete(file);
        open();
        String second = Files.readString(file);
        int firstKey = first.indexOf("-----BEGIN PRIVATE");
        int secondKey = second.indexOf("-----BEGIN PRIVATE");
        Files.writeString(file, first.substring(0, firstKey) + second.substring(secondKey));
        open();
        assertThat(directory.resolve("authorities.pem.broken")).exists();
    }

    @Test
    void corruptServerCertificate_isMadeAnew_underTheSameCa() throws Exception {
        CertificateAuthority before = open();
        Files.writeString(directory.resolve(CertificateAuthority.SERVER), "-----BEGIN NONSENSE-----\n");
        CertificateAuthority after = open();
        assertThat(after.trustBundle()).isEqualTo(before.trustBundle());
        assertThat(after.server()).isNotEqualTo(before.server());
    }

    @Test
    void otherNames_renewTheServerCertificate() throws Exception {
        CertificateAuthority before = open();
        CertificatePolicy other = new CertificatePolicy(
                List.of("backendpool.shop.svc"), POLICY.caLife(), POLICY.serverLife(), POLICY.overlap());
        CertificateAuthority after = CertificateAuthority.open(store, other, clock);
        assertThat(after.server()).isNotEqualTo(before.server());
        assertThat(after.trustBundle()).isEqualTo(before.trustBundle());
    }

    private CertificateAuthority open() throws Exception {
        return CertificateAuthority.open(store, POLICY, clock);
    }

    private static final class MovedClock extends Clock {
        private Instant now = START;

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
            throw new UnsupportedOperationException();
        }
    }
}
