package io.backendpool.operator.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.operator.translate.Resolution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

// JUnit sets the directory, and beans may hold null: a test that meets one fails, which is meant.
@SuppressWarnings("NullAway")
class NameFollowerTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String NAME = "web.example.com";

    @TempDir
    Path directory;

    private LoopbackDns dns;
    private NameFollower follower;
    private volatile List<String> formerAnswers = List.of();
    private final AtomicInteger unreadable = new AtomicInteger();
    private final List<String> changes = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws IOException {
        dns = new LoopbackDns();
        Path hosts = directory.resolve("hosts");
        Files.writeString(hosts, "127.0.0.1 localhost\n::1 localhost\n203.0.113.99 pinned.example.com\n");
        follower = new NameFollower(
                DnsResolver.of(dns.address(), hosts), this::former, Clock.fixed(NOW, ZoneOffset.UTC), changes::add);
    }

    @AfterEach
    void stop() {
        follower.close();
        dns.close();
    }

    private List<String> former(String name) throws IOException {
        if (unreadable.getAndDecrement() > 0) {
            throw new IOException("the API server does not answer");
        }
        return name.equals(NAME) ? formerAnswers : List.of();
    }

    private void awaitResolution(String name, Resolution expected) {
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(follower.resolution(name)).isEqualTo(expected));
    }

    @Test
    void follow_ofNameWithBothFamilies_givesAllAddresses() {
        dns.answer(NAME, "A 203.0.113.2 60", "A 203.0.113.1 60", "AAAA 2001:db8::1 60");

        follower.follow(Set.of(NAME));

        awaitResolution(NAME, new Resolution.Resolved(List.of("2001:db8:0:0:0:0:0:1", "203.0.113.1", "203.0.113.2")));
        assertThat(changes).containsExactly(NAME);
    }

    @Test
    void follow_whenTtlHasPassed_seesTheChange() {
        dns.answer(NAME, "A 203.0.113.1 0");
        follower.follow(Set.of(NAME));
        awaitResolution(NAME, new Resolution.Resolved(List.of("203.0.113.1")));

        dns.answer(NAME, "A 203.0.113.2 0");

        awaitResolution(NAME, new Resolution.Resolved(List.of("203.0.113.2")));
    }

    @Test
    void follow_whenDnsFails_keepsTheLastAnswerAndSaysSo() {
        dns.answer(NAME, "A 203.0.113.1 0");
        follower.follow(Set.of(NAME));
        awaitResolution(NAME, new Resolution.Resolved(List.of("203.0.113.1")));

        dns.fail(Type.A, Rcode.SERVFAIL);
        dns.fail(Type.AAAA, Rcode.SERVFAIL);

        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> assertThat(follower.resolution(NAME))
                .isInstanceOfSatisfying(Resolution.LastKnown.class, known -> {
                    assertThat(known.addresses()).containsExactly("203.0.113.1");
                    assertThat(known.since()).isEqualTo(NOW);
                    assertThat(known.cause()).isNotEmpty();
                }));

        dns.answer(NAME, "A 203.0.113.7 0");
        awaitResolution(NAME, new Resolution.Resolved(List.of("203.0.113.7")));
    }

    @Test
    void follow_whenOnlyOneFamilyFails_doesNotTakeTheHalfForTheWhole() {
        dns.answer(NAME, "A 203.0.113.1 0", "AAAA 2001:db8::1 0");
        follower.follow(Set.of(NAME));
        List<String> all = List.of("2001:db8:0:0:0:0:0:1", "203.0.113.1");
        awaitResolution(NAME, new Resolution.Resolved(all));

        dns.fail(Type.AAAA, Rcode.SERVFAIL);

        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> assertThat(follower.resolution(NAME))
                .isInstanceOfSatisfying(Resolution.LastKnown.class, known -> assertThat(known.addresses())
                        .isEqualTo(all)));
    }

    @Test
    void follow_whenDnsIsDownAtTheStart_goesOnWithTheFormerAnswer() {
        formerAnswers = List.of("203.0.113.2", "203.0.113.1", "203.0.113.2");
        dns.fail(Type.A, Rcode.SERVFAIL);
        dns.fail(Type.AAAA, Rcode.SERVFAIL);
        follower.follow(Set.of(NAME));

        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> assertThat(follower.resolution(NAME))
                .isInstanceOfSatisfying(Resolution.LastKnown.class, known -> {
                    assertThat(known.addresses()).containsExactly("203.0.113.1", "203.0.113.2");
                    assertThat(known.since()).isEqualTo(NOW);
                }));

        dns.answer(NAME, "A 203.0.113.7 0");
        awaitResolution(NAME, new Resolution.Resolved(List.of("203.0.113.7")));
        assertThat(changes).hasSize(2);
    }

    @Test
    void follow_whenTheFormerAnswerCannotBeRead_isPendingUntilItCan() {
        formerAnswers = List.of("203.0.113.1");
        unreadable.set(1);
        follower.follow(Set.of(NAME));

        await().atMost(Duration.ofSeconds(15)).until(() -> !changes.isEmpty());
        assertThat(follower.resolution(NAME))
                .isEqualTo(new Resolution.LastKnown(List.of("203.0.113.1"), "no such name", NOW));
        assertThat(changes).hasSize(1);
    }

    @Test
    void follow_ofUnknownName_failsWithTheCause() {
        follower.follow(Set.of("none.example.com"));

        awaitResolution("none.example.com", new Resolution.Failed("no such name", NOW));
    }

    @Test
    void follow_ofNameInHostsFile_asksNoServer() {
        follower.follow(Set.of("localhost", "pinned.example.com"));

        awaitResolution("localhost", new Resolution.Resolved(List.of("0:0:0:0:0:0:0:1", "127.0.0.1")));
        awaitResolution("pinned.example.com", new Resolution.Resolved(List.of("203.0.113.99")));
        assertThat(dns.questions()).isZero();
    }

    @Test
    void follow_ofOtherNames_forgetsTheOld() {
        dns.answer(NAME, "A 203.0.113.1 60");
        dns.answer("two.example.com", "A 203.0.113.2 60");
        follower.follow(Set.of(NAME));
        awaitResolution(NAME, new Resolution.Resolved(List.of("203.0.113.1")));

        follower.follow(Set.of("two.example.com"));

        awaitResolution("two.example.com", new Resolution.Resolved(List.of("203.0.113.2")));
        awaitResolution(NAME, new Resolution.Pending());
    }
}
