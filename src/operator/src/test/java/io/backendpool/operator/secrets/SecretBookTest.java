package io.backendpool.operator.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.operator.translate.KeyedCertificate;
import io.backendpool.operator.translate.SecretId;
import io.backendpool.operator.translate.SecretState;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.Certificate;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.TrafficPolicy;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SecretBookTest {
    private static final Clock NOW = Clock.fixed(Instant.parse("2026-06-15T00:00:00Z"), ZoneOffset.UTC);
    private static final SecretId WEB = new SecretId("shop", "web");
    private static final TestSecret FIRST = TestSecret.ecdsa("first.test");

    private final SecretBook book = new SecretBook(NOW, PastCertificates.NONE);

    private static @Nullable KeyedCertificate lastGood(SecretState state) {
        return switch (state) {
            case SecretState.Present present -> present.lastGood().certificate();
            case SecretState.Absent absent -> absent.lastGood().certificate();
            case SecretState.Unreadable unreadable -> unreadable.lastGood().certificate();
            case SecretState.Pending pending -> null;
            case SecretState.NotFollowed notFollowed -> null;
        };
    }

    private static void assertLastGood(SecretBook book, TestSecret expected) {
        assertThat(SecretReader.certificate(expected.content()))
                .isInstanceOfSatisfying(
                        SecretState.Good.class, good -> assertThat(good.value()).isEqualTo(lastGood(book.state(WEB))));
    }

    @Test
    void followed_isPendingUntilItIsRead_andForgottenWithTheWish() {
        assertThat(book.follow(Set.of(WEB))).containsExactly(WEB);
        assertThat(book.follow(Set.of(WEB))).isEmpty();
        assertThat(book.state(WEB)).isEqualTo(new SecretState.Pending());
        assertThat(book.present(WEB, FIRST.content())).isTrue();
        assertThat(book.present(WEB, FIRST.content())).as("no news").isFalse();
        book.follow(Set.of());
        assertThat(book.present(WEB, FIRST.content())).isFalse();
        assertThat(book.state(WEB)).isEqualTo(new SecretState.Pending());
    }

    @Test
    void lastGood_outlivesAllThatIsBad() {
        book.follow(Set.of(WEB));
        book.present(WEB, FIRST.content());
        assertThat(book.present(WEB, Map.of())).isTrue();
        assertLastGood(book, FIRST);
        book.absent(WEB, "a Secret");
        assertLastGood(book, FIRST);
        book.unreadable(WEB, "forbidden");
        assertLastGood(book, FIRST);
        book.present(
                WEB, TestSecret.until(Instant.parse("2026-06-01T00:00:00Z")).content());
        assertLastGood(book, FIRST);
        TestSecret second = TestSecret.ecdsa("second.test");
        book.present(WEB, second.content());
        assertLastGood(book, second);
    }

    @Test
    void badFromTheBeginning_hasNoLastGood() {
        book.follow(Set.of(WEB));
        book.present(
                WEB, TestSecret.until(Instant.parse("2026-06-01T00:00:00Z")).content());
        assertThat(lastGood(book.state(WEB))).isNull();
    }

    @Test
    void badSinceBeforeTheOperatorsStart_goesOnWithThePublishedOne() {
        PoolId pool = new PoolId("shop", "pool");
        PoolSnapshot copy = new PoolSnapshot(
                pool,
                List.of(),
                List.of(new BackendGroup("web", 1)),
                List.of(),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null,
                TrafficPolicy.DEFAULT,
                List.of(new Certificate("web", FIRST.chain(), FIRST.key())));
        SecretBook after = new SecretBook(NOW, new PublishedCertificates(unused -> copy, namespace -> List.of(pool)));
        after.follow(Set.of(WEB, new SecretId("shop", "other")));
        after.absent(WEB, "a Secret");
        assertLastGood(after, FIRST);
        after.absent(new SecretId("shop", "other"), "a Secret");
        assertThat(lastGood(after.state(new SecretId("shop", "other")))).isNull();
    }

    @Test
    void authorities_haveALastGoodOfTheirOwn() {
        book.follow(Set.of(WEB));
        book.present(WEB, TestSecret.content("ca.crt", FIRST.chain()));
        book.present(WEB, TestSecret.content("ca.crt", "garbage"));
        assertThat(((SecretState.Present) book.state(WEB)).lastGood().authorities())
                .startsWith("-----BEGIN CERTIFICATE");
    }

    @Test
    void whole_isWhatNeedsNoSecondLook() {
        assertThat(SecretBook.isWhole(FIRST.content())).isTrue();
        assertThat(SecretBook.isWhole(TestSecret.content("ca.crt", FIRST.chain())))
                .isTrue();
        assertThat(SecretBook.isWhole(TestSecret.content("tls.crt", FIRST.chain())))
                .isFalse();
        assertThat(SecretBook.isWhole(TestSecret.content(
                        "tls.crt",
                        FIRST.chain(),
                        "tls.key",
                        TestSecret.ecdsa("b").key())))
                .isFalse();
    }
}
