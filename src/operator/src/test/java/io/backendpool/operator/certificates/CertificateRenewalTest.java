package io.backendpool.operator.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.operator.control.FakeClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CertificateRenewalTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final FakeClock clock = new FakeClock(START);
    private final Store store = new Store();
    private final Told told = new Told();
    private final CertificateAuthority authority;
    private final CertificateRenewal renewal;

    CertificateRenewalTest() throws IOException {
        authority = CertificateAuthority.open(
                store,
                new CertificatePolicy(
                        List.of("localhost"), Duration.ofDays(365), Duration.ofDays(30), Duration.ofDays(1)),
                clock);
        renewal = new CertificateRenewal(authority, authority::tick, told, clock);
    }

    /** In memory; can be taken away. */
    private static final class Store implements CertificateStore {
        private final Map<String, String> texts = new HashMap<>();
        private boolean away;

        @Override
        public @Nullable String read(String name) throws IOException {
            check();
            return texts.get(name);
        }

        @Override
        public void write(String name, String text) throws IOException {
            check();
            texts.put(name, text);
        }

        @Override
        public String setAside(String name) {
            return name;
        }

        private void check() throws IOException {
            if (away) {
                throw new IOException("secrets is forbidden");
            }
        }
    }

    private final class Told implements CertificateRenewal.Listener {
        private final List<String> words = new ArrayList<>();
        private final List<Instant> warned = new ArrayList<>();
        private boolean fails;

        @Override
        public void trustChanged() {
            words.add("trust");
            if (fails) {
                throw new IllegalStateException("the API server is away");
            }
        }

        @Override
        public void renewed(CertificateExpiry expiry) {
            words.add("renewed until " + expiry.server());
        }

        @Override
        public void notRenewed(CertificateExpiry expiry, String cause) {
            words.add("not renewed: " + cause);
            warned.add(clock.instant());
            if (fails) {
                throw new IllegalStateException("the API server is away, too");
            }
        }
    }

    private void checkFor(Duration time) {
        for (Instant end = clock.instant().plus(time); clock.instant().isBefore(end); ) {
            clock.advance(MINUTE);
            renewal.check();
        }
    }

    @Test
    void check_whereNothingIsDue_saysNothing() {
        checkFor(Duration.ofHours(3));
        assertThat(told.words).isEmpty();
    }

    @Test
    void check_atTwoThirdsOfTheLife_renewsAndSaysUntilWhen() {
        clock.advance(Duration.ofDays(20));
        renewal.check();
        assertThat(told.words).containsExactly("renewed until 2026-02-20T00:00:00Z");
    }

    @Test
    void check_whenTheStoreIsAway_warnsTenDaysBeforeTheEnd_andEveryHalfHour() {
        store.away = true;
        checkFor(Duration.ofHours(2));
        assertThat(told.words).as("nothing is due").isEmpty();

        clock.advance(Duration.ofDays(20).minus(Duration.ofHours(2)));
        checkFor(Duration.ofHours(2));

        assertThat(told.words).hasSize(4).containsOnly("not renewed: secrets is forbidden");
        Instant expires = authority.expiry().server();
        assertThat(expires).isEqualTo(START.plus(Duration.ofDays(30)));
        assertThat(Duration.between(told.warned.getFirst(), expires)).isGreaterThan(Duration.ofDays(9));
        assertThat(Duration.between(told.warned.get(0), told.warned.get(1))).isEqualTo(CertificateRenewal.REPEAT);

        told.words.clear();
        store.away = false;
        checkFor(MINUTE);
        assertThat(told.words).singleElement().asString().startsWith("renewed until");
    }

    @Test
    void check_whenTheStoreIsAwayForAMoment_saysNothing() {
        clock.advance(Duration.ofDays(20));
        store.away = true;
        renewal.check();
        checkFor(CertificateRenewal.PATIENCE.minus(MINUTE));
        store.away = false;
        checkFor(MINUTE);
        store.away = true;
        checkFor(CertificateRenewal.PATIENCE);
        assertThat(told.words).singleElement().asString().startsWith("renewed until");
    }

    /** What is thrown out of a scheduled step ends it for ever: certificates would never be renewed again. */
    @Test
    void check_whenEvenTheWarningFails_goesOn() {
        clock.advance(Duration.ofDays(20));
        store.away = true;
        told.fails = true;
        checkFor(Duration.ofHours(1));
        store.away = false;
        checkFor(MINUTE);
        assertThat(told.words).last().asString().startsWith("renewed until");
    }

    @Test
    void check_whenANewCaIsMade_saysThatTrustHasChanged() {
        clock.advance(Duration.ofDays(244));
        renewal.check();
        assertThat(told.words).first().isEqualTo("trust");
    }

    @Test
    void trust_thatCouldNotBeTold_isToldAgain() {
        clock.advance(Duration.ofDays(244));
        told.fails = true;
        renewal.check();
        told.fails = false;
        told.words.clear();
        checkFor(MINUTE.multipliedBy(3));
        assertThat(told.words).containsOnlyOnce("trust");
    }
}
